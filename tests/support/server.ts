import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { reachableRepository } from './reachable-repository.js';

/** One line of the log, as `venvhost` prints it when its output is not a terminal. */
export interface LogLine {
  /** The event (see src/base/events.ts). */
  readonly type?: string;
  readonly msg?: string;
  readonly level?: string | number;
  readonly [field: string]: unknown;
}

export interface Server {
  readonly pid: number;
  /** Addresses as announced, such as `127.0.0.1:43217`. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly log: readonly LogLine[];
  /** Everything it printed. */
  output(): string;
  /** The first log line, past or future, for which the condition holds. */
  until(condition: (line: LogLine) => boolean, what: string): Promise<LogLine>;
  /** Sends a signal to the supervisor. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; resolves when it has ended with status 0 and none of its processes is left. */
  stop(): Promise<void>;
  /** Resolves when the supervisor has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** Pids of the processes below the supervisor. */
  descendants(): number[];
}

export interface ServerOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** The command; bin/venvhost.js of this repository where absent. */
  readonly command?: readonly [string, ...string[]];
  /** Milliseconds until it must listen. */
  readonly deadline?: number;
}

const patience = 30_000;

/** Starts the command and waits until it says that it listens. */
export async function startVenvhost(
  args: readonly string[],
  options: ServerOptions = {},
): Promise<Server> {
  const [program, ...first] = options.command ?? [
    process.execPath,
    join(await reachableRepository(), 'bin/venvhost.js'),
  ];
  const child = spawn(program, [...first, ...args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = collect(child);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const until = (condition: (line: LogLine) => boolean, what: string, limit = patience) =>
    waitFor({ log, ended, condition, what, limit });
  const listening = await until(isEvent('server-listening'), 'listens', options.deadline).catch(
    (error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    },
  );
  const addresses = listening['addresses'] as string[];
  // Where the command came through npx, the supervisor is a grandchild.
  const pid = (log.lines.find(isEvent('server-starting'))?.['pid'] as number) ?? child.pid!;
  const descendants = () => below(pid);
  return {
    pid,
    addresses,
    port: Number(/:(\d+)\/?$/.exec(addresses[0] ?? '')?.[1]),
    log: log.lines,
    output: log.text,
    until,
    signal: (name) => void process.kill(pid, name),
    ended,
    descendants,
    stop: async () => {
      const pids = descendants();
      tellToStop(pid);
      const { code, signal } = await within(ended, patience, () => {
        child.kill('SIGKILL');
        return `the server did not stop:\n${log.text()}`;
      });
      if (code !== 0) throw new Error(`the server ended with ${code ?? signal}:\n${log.text()}`);
      const left = await stillRunning(pids);
      if (left.length > 0) throw new Error(`left running: ${left.join(', ')}\n${log.text()}`);
    },
  };
}

/** It may have ended by itself. */
function tellToStop(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // How it ended is told all the same.
  }
}

/** Whether a log line tells this event. */
export function isEvent(event: string): (line: LogLine) => boolean {
  return (line) => line.type === event;
}

/** The watchers of what the server asks end when they see that it has gone, a moment after it. */
async function stillRunning(pids: readonly number[]): Promise<number[]> {
  const deadline = Date.now() + 3000;
  let left = pids.filter(isRunning);
  while (left.length > 0 && Date.now() < deadline) {
    await pause(10);
    left = left.filter(isRunning);
  }
  return left;
}

/** Whether a process is there and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

interface Log {
  readonly lines: LogLine[];
  readonly text: () => string;
  readonly waiting: Set<() => void>;
}

function collect(child: ChildProcess): Log {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  let text = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const parts = (rest + chunk).split('\n');
      rest = parts.pop()!;
      lines.push(...parts.map(parseLine));
      for (const look of waiting) look();
    });
  }
  return { lines, text: () => text, waiting };
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { msg: text };
  }
}

interface Wait {
  readonly log: Log;
  readonly ended: Promise<unknown>;
  readonly condition: (line: LogLine) => boolean;
  readonly what: string;
  readonly limit: number;
}

function waitFor({ log, ended, condition, what, limit }: Wait): Promise<LogLine> {
  let look = () => {};
  const found = new Promise<LogLine>((resolve, reject) => {
    look = () => {
      const line = log.lines.find(condition);
      if (line) resolve(line);
    };
    log.waiting.add(look);
    look();
    void ended.then(() => {
      look();
      reject(new Error(`the server ended before it was seen that it ${what}:\n${log.text()}`));
    });
  });
  return within(found, limit, () => `no sign that the server ${what}:\n${log.text()}`).finally(() =>
    log.waiting.delete(look),
  );
}

/** The promise, or an error after so many milliseconds. */
export function within<T>(promise: Promise<T>, limit: number, message: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${message()}\n(after ${limit / 1000} s)`)),
      limit,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function below(pid: number): number[] {
  const parents = readdirSync('/proc')
    .map(Number)
    .filter(Number.isInteger)
    .map((one) => [one, parentOf(one)] as const);
  const children = (of: number): number[] =>
    parents.filter(([, parent]) => parent === of).flatMap(([one]) => [one, ...children(one)]);
  return children(pid);
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}
