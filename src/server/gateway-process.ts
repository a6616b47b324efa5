import { type ChildProcess, spawn } from 'node:child_process';
import { withoutDebugger } from '../base/deaf.js';
import { lastLines, lineSplitter } from '../supervisor/lines.js';
import type { FromGateway, GatewayIdentity, ToGateway } from './link.js';

export interface GatewayCommand {
  /** Path of gateway-main.js. */
  readonly main: string;
  readonly identity?: GatewayIdentity;
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptors of the supervisor that the gateway inherits. */
  readonly listeners: readonly number[];
  readonly logs: readonly number[];
  /** For the runtime inside of the gateway: the socket to listen on, and the journal. */
  readonly runtime?: readonly [listenFd: number, journalFd: number];
}

export interface GatewayExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastLines: string[];
}

/** One gateway process as the supervisor sees it. */
export interface GatewayProcess {
  readonly pid: number;
  send(message: ToGateway): void;
  kill(): void;
}

/** 0 to 2 are the standard streams, 3 is the IPC channel. */
const firstInheritedFd = 4;

/** The numbers that the inherited descriptors have in the gateway process. */
export function inheritedNumbers(command: Pick<GatewayCommand, 'listeners' | 'logs'>): {
  listeners: number[];
  logs: number[];
  /** Of `runtime`, where there is one. */
  runtime: [listenFd: number, journalFd: number];
} {
  const afterListeners = firstInheritedFd + command.listeners.length;
  const afterLogs = afterListeners + command.logs.length;
  return {
    listeners: command.listeners.map((_, index) => firstInheritedFd + index),
    logs: command.logs.map((_, index) => afterListeners + index),
    runtime: [afterLogs, afterLogs + 1],
  };
}

export function startGatewayProcess(
  command: GatewayCommand,
  hear: (message: FromGateway) => void,
  exited: (exit: GatewayExit) => void,
): GatewayProcess {
  const argv = command.identity ? [JSON.stringify(command.identity)] : [];
  const child = spawn(process.execPath, [...withoutDebugger(), command.main, ...argv], {
    cwd: '/',
    env: { ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...inherited(command)],
  });
  const kept = lastLines(20);
  for (const stream of [child.stdout, child.stderr]) {
    const lines = lineSplitter(kept.add);
    stream?.on('data', lines.push);
    stream?.on('end', lines.end);
  }
  child.on('message', (message) => hear(message as FromGateway));
  watchExit(child, (code, signal) => exited({ code, signal, lastLines: kept.all() }));
  return {
    pid: child.pid ?? 0,
    send: (message) => {
      // One that is dying is replaced; its successor is told everything anew.
      if (child.connected) child.send(message, () => {});
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function inherited({ listeners, logs, runtime }: GatewayCommand): number[] {
  return [...listeners, ...logs, ...(runtime ?? [])];
}

function watchExit(
  child: ChildProcess,
  exited: (code: number | null, signal: string | null) => void,
): void {
  let over = false;
  const finish = (code: number | null, signal: string | null) => {
    if (over) return;
    over = true;
    exited(code, signal);
  };
  child.on('error', () => {
    if (child.pid === undefined) finish(null, null);
  });
  child.on('exit', (code, signal) => setTimeout(() => finish(code, signal), 100));
  child.on('close', finish);
}
