import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Addresses that this process listens on with TCP, as `/proc/net/tcp` has them: `0100007F:240D`. */
export function listenersOf(pid: number): string[] {
  const own = new Set(
    list(`/proc/${pid}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : [inode];
    }),
  );
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'latin1')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && own.has(fields[9] ?? ''))
      .map((fields) => fields[1] ?? ''),
  );
}

/** Whether a Node process has come so far that SIGUSR1 does not just end it: its handlers are being made. */
export function blocksOrCatches(pid: number, signal: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const bit = 1n << BigInt(signal - 1);
  return ['SigBlk', 'SigCgt'].some((name) => {
    const mask = new RegExp(`^${name}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0';
    return (BigInt(`0x${mask}`) & bit) !== 0n;
  });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
