import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { Control, encodeControl, type Tried } from '../protocol/control.js';
import { type ControlNews, controlNews } from '../protocol/control-news.js';
import type { Dialect } from '../protocol/marshal.js';
import { FrameReader } from '../protocol/reader.js';
import { lastLines, lineSplitter } from './lines.js';
import type { ProcessFiles } from './socket-folder.js';

export interface DaemonCommand {
  readonly argv: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly boot: Buffer;
  readonly dialect: Dialect;
  /** A file with the runtime compiled for this Python, by an interpreter of the same user. */
  readonly compiled?: string;
}

export type DaemonNews =
  | ControlNews
  /** The process lives, and nothing can be told to it any more. */
  | { readonly type: 'unreachable' }
  /** What the process wrote past the runtime: C libraries, children, a crash of the interpreter. */
  | { readonly type: 'raw'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** Always the last one. `error`: there was never a process. */
  | {
      readonly type: 'exited';
      readonly code: number | null;
      readonly signal: string | null;
      readonly lastLines: string[];
      readonly error?: string;
    };

/** One Python process as the supervisor sees it. */
export interface Daemon {
  /** 0 where it could not be started; `exited` follows then. */
  readonly pid: number;
  /** Asks it to finish within `graceful` seconds and to go. */
  stop(graceful: number, how?: { readonly stacks: boolean }): void;
  tell(tried: Tried): void;
  /** SIGKILL for it and all its children. */
  kill(): void;
}

/** The exit status of a runtime that found its descriptors closed; as CLOSED_STATUS in descriptors.py. */
export const descriptorsClosed = 113;
/** Milliseconds from the end of the control connection to that of the process: a longer life is none of its own. */
const endsWithin = 2000;

/** Bytes beyond Boot that wait for a process. Others of its user could freeze it, and have it told things for ever. */
const mostUnread = 16 * 1024 * 1024;

/** Lines of its raw output that are told when it dies. */
const keptLines = 20;
/** How long output is waited for after the exit: a child of the daemon may hold the pipe open for ever. */
const outputAfterExit = 200;

/**
 * Starts a daemon as leader of its own process group and session, so that Ctrl-C of the terminal does not
 * reach it, and that all its children can be ended with it. SIGKILL of the supervisor ends them by the life line
 * (inheritedFds in control.ts).
 */
export function startDaemon(
  command: DaemonCommand,
  files: ProcessFiles,
  tell: (news: DaemonNews) => void,
): Daemon {
  const child = spawnQuietly(command, files);
  const kept = lastLines(keptLines);
  const control = child.stdio?.[3] as Duplex | null | undefined;
  const life = (child.stdio as readonly unknown[] | undefined)?.[6] as Duplex | null | undefined;
  life?.on('error', () => {});
  let ended = false;
  let deserted: NodeJS.Timeout | undefined;
  const kill = () => {
    if (!ended) killGroup(child.pid);
  };
  const readers = [
    readLines(child, 'stdout', kept.add, tell),
    readLines(child, 'stderr', kept.add, tell),
  ];

  if (control) {
    const broken = () => {
      control.destroy();
      kill();
    };
    control.on('close', () => {
      deserted = setTimeout(() => tell({ type: 'unreachable' }), endsWithin);
    });
    listenTo(control, remembering(tell, kept.add), broken);
    control.write(command.boot);
  }
  const killChildren = () => {
    kill();
    // Later the number could be that of somebody else's process group.
    ended = true;
  };
  watchExit(child, readers, killChildren, (exit) => {
    control?.removeAllListeners('close').destroy();
    clearTimeout(deserted);
    life?.destroy();
    tell({ type: 'exited', lastLines: kept.all(), ...exit });
  });
  return {
    pid: child.pid ?? 0,
    stop: (graceful, { stacks } = { stacks: false }) =>
      void control?.write(encodeControl(Control.Stop, { graceful, stacks }, command.dialect)),
    tell(tried) {
      if (!control || control.destroyed) return;
      if (control.writableLength <= command.boot.length + mostUnread)
        control.write(encodeControl(Control.Tried, tried, command.dialect));
      else {
        const text = 'control connection: the process does not read what it is told';
        tell({ type: 'raw', stream: 'stderr', text });
        control.destroy();
        kill();
      }
    },
    kill,
  };
}

/** What Python code wrote comes over the control connection, and is among the last words too. */
function remembering(
  tell: (news: DaemonNews) => void,
  keep: (line: string) => void,
): (news: DaemonNews) => void {
  return (news) => {
    if (news.type === 'log')
      for (const line of news.log.text.split('\n').slice(-keptLines)) keep(line);
    tell(news);
  };
}

function spawnQuietly(command: DaemonCommand, files: ProcessFiles): ChildProcess {
  const compiled = command.compiled === undefined ? undefined : openIfThere(command.compiled);
  const { fd } = files.listening;
  try {
    return spawn(command.argv[0] as string, command.argv.slice(1), {
      // The runtime enters its own folder when it is the user who may.
      cwd: '/',
      env: { ...command.environment },
      detached: true,
      // 3 is a socket pair: libuv makes "pipes" so.
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', fd, files.journalFd, 'pipe', compiled ?? 'ignore'],
    });
  } finally {
    if (compiled !== undefined) closeSync(compiled);
  }
}

/**
 * Opens a file for one process alone: others read the same at the same time. Without it a daemon starts as well,
 * only slower.
 */
function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

function listenTo(control: Duplex, tell: (news: DaemonNews) => void, kill: () => void): void {
  const reader = new FrameReader((type, _stream, payload) => {
    const news = controlNews(type, payload);
    if (news) tell(news);
  });
  control.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      // A runtime that speaks nonsense is no use any more.
      tell({ type: 'raw', stream: 'stderr', text: `control connection: ${String(error)}` });
      kill();
    }
  });
  // Its exit tells the same, and more.
  control.on('error', () => {});
}

function readLines(
  child: ChildProcess,
  stream: 'stdout' | 'stderr',
  keep: (line: string) => void,
  tell: (news: DaemonNews) => void,
): { end(): void } {
  const source: Readable | null = child[stream];
  const lines = lineSplitter((text) => {
    keep(text);
    tell({ type: 'raw', stream, text });
  });
  source?.on('data', lines.push);
  source?.on('error', () => {});
  return {
    end() {
      source?.destroy();
      lines.end();
    },
  };
}

function watchExit(
  child: ChildProcess,
  outputs: readonly { end(): void }[],
  killChildren: () => void,
  done: (exit: { code: number | null; signal: string | null; error?: string }) => void,
): void {
  let over = false;
  const finish = (exit: { code: number | null; signal: string | null; error?: string }) => {
    if (over) return;
    over = true;
    for (const output of outputs) output.end();
    done(exit);
  };
  child.on('error', (error) => {
    if (child.pid === undefined) finish({ code: null, signal: null, error: error.message });
  });
  child.on('exit', (code, signal) => {
    killChildren();
    const late = setTimeout(() => finish({ code, signal }), outputAfterExit);
    child.on('close', () => {
      clearTimeout(late);
      finish({ code, signal });
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}
