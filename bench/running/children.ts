import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, treeOf } from './processes.js';

/** Processes that we started, so that nothing stays behind whatever happens. */
const started = new Set<Child>();

export interface Child {
  readonly pid: number;
  readonly ended: Promise<void>;
  /** What it said so far on both outputs. */
  output(): string;
  /** Ends it and everything below it, by pid. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

const politeMilliseconds = 5000;

/** Starts a program in a session of its own: a Ctrl-C reaches us alone, and we end it. */
export function startChild(argv: readonly string[], options: ChildOptions): Child {
  const log = openSync(options.logFile, 'a');
  const [program, ...args] = argv as [string, ...string[]];
  const spawned = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    spawned.once('exit', () => resolve());
    spawned.once('error', () => resolve());
  });
  const child: Child = {
    pid: spawned.pid ?? -1,
    ended,
    output: () => readFileSync(options.logFile, 'utf8').slice(-4000),
    stop: () => stopTree(spawned, child),
  };
  started.add(child);
  return child;
}

export async function stopAllChildren(): Promise<void> {
  await Promise.all([...started].map((child) => child.stop()));
}

async function stopTree(spawned: ChildProcess, child: Child): Promise<void> {
  if (spawned.pid === undefined || !started.has(child)) return;
  const pids = treeOf([spawned.pid]);
  spawned.kill('SIGTERM');
  const deadline = performance.now() + politeMilliseconds;
  while (pids.some(isRunning) && performance.now() < deadline) await sleep(20);
  for (const pid of pids) if (isRunning(pid)) killHard(pid);
  started.delete(child);
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended just now.
  }
}
