import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { entries, repository } from './run-folder.js';

export interface Leftover {
  readonly what: string;
  readonly details: string;
}

/**
 * Processes and sockets that a test run leaves behind. A process is ours when it carries the run's marker in
 * its environment, or names the run folder in its command line or working folder: daemons get a clean
 * environment, but what they run lies in the run folder, and one that has lost its supervisor is the child of
 * process 1. What is certainly ours is ended, so that the
 * machine is clean.
 */
export async function findLeftovers(folder: string, before: Before): Promise<Leftover[]> {
  // A process that was killed a moment ago may take a moment to disappear.
  const deadline = Date.now() + 3000;
  const ours = () => findOurs(folder).filter(({ pid }) => !before.orphans.has(pid));
  let processes = ours();
  while (processes.length > 0 && Date.now() < deadline) {
    await pause(50);
    processes = ours();
  }
  const found: Leftover[] = processes.map(({ pid, command, certain }) => {
    if (certain) process.kill(pid, 'SIGKILL');
    return { what: `process ${pid} was left running`, details: command };
  });
  for (const path of entries(folder))
    if (isSocket(path)) found.push({ what: 'a socket was left behind', details: path });
  for (const path of deadSocketFolders())
    if (!before.socketFolders.has(path))
      found.push({ what: 'a folder of sockets was left behind', details: path });
  return found;
}

/** What was there before the run, such as what somebody else's run has left. */
export interface Before {
  readonly socketFolders: ReadonlySet<string>;
  readonly orphans: ReadonlySet<number>;
}

export function lookBefore(folder: string): Before {
  return {
    socketFolders: new Set(deadSocketFolders()),
    orphans: new Set(findOurs(folder).map(({ pid }) => pid)),
  };
}

/** `venvhost.<pid>.<random>` in the places for sockets, where the process has gone. */
function deadSocketFolders(): string[] {
  return ['/run', process.env['XDG_RUNTIME_DIR'] ?? '', tmpdir()]
    .filter(Boolean)
    .flatMap((parent) =>
      listNames(parent).flatMap((name) => {
        const pid = /^venvhost\.(\d+)\./.exec(name)?.[1];
        return pid && read(`/proc/${pid}/cmdline`) === '' ? [join(parent, name)] : [];
      }),
    );
}

const runtime = join(repository, 'runtime/venvhost_runtime');

interface Running {
  readonly pid: number;
  readonly command: string;
  /** Whether it is of this run, and not perhaps of another one on this machine. */
  readonly certain: boolean;
}

function findOurs(folder: string): Running[] {
  const marker = `VENVHOST_TEST=${process.env['VENVHOST_TEST']}`;
  // macOS has no /proc, and no pids here then.
  const pids = listNames('/proc').map(Number).filter(Number.isInteger);
  return pids.flatMap((pid) => {
    if (pid === process.pid) return [];
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const environment = read(`/proc/${pid}/environ`).split('\0');
    // A zombie has no command line; its parent has yet to hear of it.
    if (command === '') return [];
    const certain =
      environment.includes(marker) ||
      command.includes(folder) ||
      link(`/proc/${pid}/cwd`).startsWith(folder);
    const orphan = command.includes(runtime) && parentOf(pid) === 1;
    return certain || orphan ? [{ pid, command, certain }] : [];
  });
}

function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isSocket(path: string): boolean {
  try {
    return lstatSync(path).isSocket();
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
