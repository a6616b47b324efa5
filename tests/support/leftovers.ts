import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { entries } from './run-folder.js';

export interface Leftover {
  readonly what: string;
  readonly details: string;
}

/**
 * Processes and sockets that a test run leaves behind. A process is ours when it carries the run's marker in
 * its environment, or names the run folder in its command line or working folder: daemons get a clean
 * environment, but their sockets lie in the run folder. What is found is ended, so that the machine is clean.
 */
export async function findLeftovers(folder: string): Promise<Leftover[]> {
  // A process that was killed a moment ago may take a moment to disappear.
  const deadline = Date.now() + 3000;
  let processes = ours(folder);
  while (processes.length > 0 && Date.now() < deadline) {
    await pause(50);
    processes = ours(folder);
  }
  const found: Leftover[] = processes.map(({ pid, command }) => {
    process.kill(pid, 'SIGKILL');
    return { what: `process ${pid} was left running`, details: command };
  });
  for (const path of entries(folder))
    if (isSocket(path)) found.push({ what: 'a socket was left behind', details: path });
  return found;
}

interface Running {
  readonly pid: number;
  readonly command: string;
}

function ours(folder: string): Running[] {
  const marker = `VENVHOST_TEST=${process.env['VENVHOST_TEST']}`;
  let pids: number[];
  try {
    pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return []; // macOS has no /proc
  }
  return pids.flatMap((pid) => {
    if (pid === process.pid) return [];
    const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const environment = read(`/proc/${pid}/environ`).split('\0');
    const isOurs =
      environment.includes(marker) ||
      command.includes(folder) ||
      link(`/proc/${pid}/cwd`).startsWith(folder);
    // A zombie has no command line; its parent has yet to hear of it.
    return isOurs && command !== '' ? [{ pid, command }] : [];
  });
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
