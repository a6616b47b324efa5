import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FakeClock } from './fake-clock.js';
import { isEvent, isRunning, type Server } from './server.js';

/** What faults are done to. */
export interface Target {
  readonly server: Server;
  /** The file of the script, and what stands in it when it is whole. */
  readonly script: string;
  readonly text: string;
  /** WSGISocketPrefix. */
  readonly socketPrefix: string;
  /** Of the supervisor, where it can be set. */
  readonly clock: FakeClock | undefined;
  /** Processes in which requests may have been lost, with the reason. */
  readonly struck: Map<number, string>;
}

/** Does one thing wrong and resolves when it is over, not when all has been mended. */
export type Fault = (target: Target) => Promise<void>;

/** Everything that an operator, an owner or a machine may do to a server that runs. */
export const faults: Readonly<Record<string, Fault>> = {
  'a daemon is killed': async (target) => strike(target, daemons(target), 'SIGKILL'),
  'a daemon crashes': async (target) => strike(target, daemons(target), 'SIGSEGV'),
  'a daemon is told to go': async ({ server }) => {
    const pid = any(daemonsOf(server));
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
  },
  'a daemon freezes for a moment': async (target) => {
    const pid = any(daemons(target));
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    await pause(500 + Math.random() * 1000);
    if (isRunning(pid)) process.kill(pid, 'SIGCONT');
  },
  'a gateway is killed': async (target) => strike(target, gateways(target), 'SIGKILL'),
  'a gateway freezes': async (target) => {
    const pid = any(gateways(target));
    if (pid === undefined) return;
    target.struck.set(pid, 'froze');
    process.kill(pid, 'SIGSTOP');
    await until(() => !isRunning(pid), `the frozen gateway ${pid} is replaced`);
  },
  'a script is touched': async ({ script }) => utimesSync(script, new Date(), new Date()),
  'a script is broken and mended': async ({ server, script, text }) => {
    const told = errorsOf(server);
    writeFileSync(script, `def application(:\n${text}`);
    await until(() => errorsOf(server) > told, 'the broken script is told of');
    writeFileSync(script, `${text}# mended at ${process.hrtime.bigint()}\n`);
  },
  'the clock is set back': async ({ clock }) => clock?.set(-3600),
  'the clock is set on': async ({ clock }) => clock?.set(3600),
  'the folder of sockets is removed': async ({ socketPrefix }) => {
    const [, folder = '', name = ''] = /^(.*)\/([^/]*)$/.exec(socketPrefix) ?? [];
    for (const entry of readdirSync(folder).filter((one) => one.startsWith(name)))
      rmSync(join(folder, entry), { recursive: true });
  },
  'the supervisor has no descriptors left': async (target) => {
    const { pid } = target.server;
    const limit = readFileSync(`/proc/${pid}/limits`, 'latin1');
    const [, soft, hard] = /Max open files\s+(\d+)\s+(\d+)/.exec(limit) ?? [];
    const open = readdirSync(`/proc/${pid}/fd`).length;
    prlimit(pid, `${open}:${hard}`);
    await faults['a daemon is killed']?.(target);
    await pause(1000);
    prlimit(pid, `${soft}:${hard}`);
  },
  'signals come that mean nothing': async (target) => {
    const { server } = target;
    for (const pid of [server.pid, ...gateways(target)])
      for (const signal of ['SIGUSR2', 'SIGWINCH', 'SIGPIPE', 'SIGALRM'] as const)
        if (isRunning(pid)) process.kill(pid, signal);
  },
};

function strike({ struck }: Target, pids: readonly number[], signal: NodeJS.Signals): void {
  const pid = any(pids);
  if (pid === undefined) return;
  struck.set(pid, signal);
  process.kill(pid, signal);
}

function daemons({ server, struck }: Target): number[] {
  return daemonsOf(server).filter((pid) => !struck.has(pid));
}

function daemonsOf(server: Server): number[] {
  const ready = server.log.filter(isEvent('daemon-ready')).map((line) => line['pid'] as number);
  return ready.filter(isRunning);
}

function gateways({ server, struck }: Target): number[] {
  const up = server.log.filter(isEvent('gateway-up')).map((line) => line['pid'] as number);
  return up.filter((pid) => isRunning(pid) && !struck.has(pid));
}

function errorsOf(server: Server): number {
  return server.log.filter((line) => String(line.msg).includes('SyntaxError')).length;
}

function any<T>(of: readonly T[]): T | undefined {
  return of[Math.floor(Math.random() * of.length)];
}

function prlimit(pid: number, limits: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${limits}`]);
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`it was waited in vain until ${what}`);
    await pause(20);
  }
}
