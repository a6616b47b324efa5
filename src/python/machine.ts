import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { withoutDebugger } from '../base/deaf.js';
import { createGuard, type Guard } from './guard.js';

/** What one look at a path shows; links are not followed. `mode` are the permission bits. */
export interface Entry {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** How a command ended. `failure`: it could not be started, or had to be killed at its time limit. */
export interface Ran {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly failure?: string;
}

export interface RunOptions {
  /** All of it; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** The whole process group is killed then. */
  readonly seconds: number;
  /** Characters that are kept of each stream; 64 K unstated. */
  readonly outputLimit?: number;
}

/** Everything that is asked of the machine before a plan is made. Tests give one of their own. */
export interface Machine {
  readonly self: {
    readonly uid: number;
    readonly gid: number;
    readonly groups: readonly number[];
  };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly hostName: string;
  readonly temporaryFolder: string;
  /** Files of our own that gateways and daemons must be able to read. */
  readonly programs: readonly string[];
  /** The command that tries whether a libpython can be loaded (embed/probe-main.ts). */
  readonly embeddingProbe: readonly string[];
  look(path: string): Entry | 'missing' | 'denied';
  /** Where a symbolic link points, as written in it. */
  target(path: string): string | undefined;
  /** Names in a folder; empty where it cannot be read. */
  list(folder: string): string[];
  read(path: string): string | undefined;
  /** The first bytes of a file. */
  head(path: string, bytes: number): Uint8Array | undefined;
  /** Runs a command in `/` with exactly this environment; never rejects. */
  run(argv: readonly string[], options: RunOptions): Promise<Ran>;
}

/** The machine that this process runs on. */
export function realMachine(): Machine {
  const guard = createGuard();
  return {
    self: {
      uid: process.getuid?.() ?? -1,
      gid: process.getgid?.() ?? -1,
      groups: process.getgroups?.() ?? [],
    },
    environment: process.env,
    hostName: hostname(),
    temporaryFolder: tmpdir(),
    programs: [
      process.execPath,
      fileURLToPath(import.meta.url),
      // Seen from dist/src/python, where this file is when it runs.
      fileURLToPath(new URL('../../../runtime/venvhost_runtime', import.meta.url)),
    ],
    embeddingProbe: [
      process.execPath,
      ...withoutDebugger(),
      fileURLToPath(new URL('../embed/probe-main.js', import.meta.url)),
    ],
    look,
    target: (path) => attempt(() => readlinkSync(path)),
    list: (folder) => attempt(() => readdirSync(folder).sort()) ?? [],
    read: (path) => attempt(() => withFile(path, (fd) => readFileSync(fd, 'utf8'))),
    head: (path, bytes) => attempt(() => readHead(path, bytes)),
    run: (argv, options) => run(argv, options, guard),
  };
}

/** The same machine, looking at each path once: what one round of questions asks, it asks many times. */
export function lookingOnce(machine: Machine): Machine {
  const seen = new Map<string, ReturnType<Machine['look']>>();
  return {
    ...machine,
    look(path) {
      const known = seen.get(path) ?? machine.look(path);
      seen.set(path, known);
      return known;
    },
  };
}

function look(path: string): Entry | 'missing' | 'denied' {
  try {
    const found = lstatSync(path);
    return { kind: kindOf(found), mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'denied' : 'missing';
  }
}

function kindOf(found: Stats): Entry['kind'] {
  if (found.isSymbolicLink()) return 'link';
  if (found.isDirectory()) return 'folder';
  return found.isFile() ? 'file' : 'other';
}

function readHead(path: string, bytes: number): Uint8Array | undefined {
  return withFile(path, (fd) => {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(fd, buffer, 0, bytes, 0));
  });
}

/** Bytes; what is larger is none of the files that are read here. */
const largestFile = 16 * 1024 * 1024;

/** Others may have put a named pipe there, which would be waited for for ever, or a file without end. */
function withFile<T>(path: string, read: (fd: number) => T): T | undefined {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    return found.isFile() && found.size <= largestFile ? read(fd) : undefined;
  } finally {
    closeSync(fd);
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** More output than this is no answer to most questions of ours. */
const usualLimit = 64 * 1024;

function run(argv: readonly string[], options: RunOptions, guard: Guard): Promise<Ran> {
  const { outputLimit = usualLimit } = options;
  return new Promise((resolve) => {
    let failure: string | undefined;
    guard.prepare();
    const child = spawnGroup(argv, options);
    if (child instanceof Error) {
      resolve({ status: null, signal: null, stdout: '', stderr: '', failure: child.message });
      return;
    }
    const { pid } = child;
    if (pid !== undefined) guard.add(pid);
    // Without descriptors there is neither process nor stream, only the event `error`.
    const stdout = collect(child.stdout, outputLimit);
    const stderr = collect(child.stderr, outputLimit);
    const killGroup = () => {
      if (pid !== undefined) attempt(() => process.kill(-pid, 'SIGKILL'));
    };
    const end = (status: number | null, signal: string | null) => {
      clearTimeout(timer);
      const said = { stdout: stdout(), stderr: stderr() };
      resolve({ status, signal, ...said, ...(failure !== undefined && { failure }) });
    };
    const timer = setTimeout(() => {
      failure = `no answer within ${options.seconds} s`;
      killGroup();
      // What escaped from the group may still hold the pipes.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, options.seconds * 1000);
    child.on('error', (error) => {
      failure = error.message;
      end(null, null);
    });
    child.on('exit', () => {
      // What it started must not stay, nor hold the pipes open.
      killGroup();
      if (pid !== undefined) guard.remove(pid);
    });
    child.on('close', end);
  });
}

/** A group of its own, so that a shell script that hangs goes with everything it started. */
function spawnGroup(argv: readonly string[], options: RunOptions): ChildProcess | Error {
  try {
    return spawn(argv[0]!, argv.slice(1), {
      cwd: '/',
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  } catch (error) {
    return error as Error;
  }
}

function collect(stream: Readable | null | undefined, limit: number): () => string {
  let kept = '';
  stream?.setEncoding('utf8').on('data', (text: string) => {
    if (kept.length < limit) kept += text;
  });
  return () => kept;
}
