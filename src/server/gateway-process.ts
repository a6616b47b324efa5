import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { withoutDebugger } from '../base/deaf.js';
import { lastLines, lineSplitter } from '../supervisor/lines.js';
import type { FromGateway, GatewayIdentity, ToGateway } from './link.js';
import { messageFd, openMessagePipe } from './message-pipe.js';

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

/** 0 to 2 are the standard streams, then come the messages. */
const firstInheritedFd = messageFd + 1;

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
  const kept = lastLines(20);
  let child: ChildProcess;
  try {
    child = spawnGateway(command);
  } catch (error) {
    setImmediate(exited, { code: null, signal: null, lastLines: [(error as Error).message] });
    return { pid: 0, send: () => {}, kill: () => {} };
  }
  for (const stream of [child.stdout, child.stderr]) {
    const lines = lineSplitter(kept.add);
    stream?.on('data', lines.push);
    stream?.on('end', lines.end);
  }
  const kill = () => void child.kill('SIGKILL');
  // An application in embedded mode can write there too.
  const nonsense = (error: Error) => {
    kept.add(`what it told the supervisor is no message: ${error.message}`);
    kill();
  };
  const socket = child.stdio?.[messageFd] as Duplex | null | undefined;
  const pipe =
    socket && openMessagePipe(socket, (message) => attempt(hear, message, nonsense), nonsense);
  watchExit(child, (code, signal, error) => {
    if (error) kept.add(error.message);
    exited({ code, signal, lastLines: kept.all() });
  });
  return {
    pid: child.pid ?? 0,
    // One that is dying is replaced; its successor is told everything anew.
    send: (message) => pipe?.send(message),
    kill,
  };
}

function attempt(
  hear: (message: FromGateway) => void,
  message: unknown,
  failed: (error: Error) => void,
): void {
  try {
    hear(message as FromGateway);
  } catch (error) {
    failed(error as Error);
  }
}

/** Without descriptors there is a child without streams, which tells its `error`; without memory it throws. */
function spawnGateway(command: GatewayCommand): ChildProcess {
  const argv = command.identity ? [JSON.stringify(command.identity)] : [];
  return spawn(process.execPath, [...withoutDebugger(), command.main, ...argv], {
    cwd: '/',
    env: { ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...inherited(command)],
  });
}

function inherited({ listeners, logs, runtime }: GatewayCommand): number[] {
  return [...listeners, ...logs, ...(runtime ?? [])];
}

function watchExit(
  child: ChildProcess,
  exited: (code: number | null, signal: string | null, error?: Error) => void,
): void {
  let over = false;
  const finish = (code: number | null, signal: string | null, error?: Error) => {
    if (over) return;
    over = true;
    exited(code, signal, error);
  };
  child.on('error', (error) => {
    if (child.pid === undefined) finish(null, null, error);
  });
  child.on('exit', (code, signal) => setTimeout(() => finish(code, signal), 100));
  child.on('close', finish);
}
