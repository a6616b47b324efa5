import { readdirSync, readFileSync } from 'node:fs';

/** What /proc tells about processes that we started. */

interface Stat {
  readonly parent: number;
  readonly zombie: boolean;
  /** CPU ticks of the process and of the children that it has buried. */
  readonly ticks: number;
}

/** USER_HZ, which Linux keeps at 100 for programs. */
const ticksPerSecond = 100;

/** The process and everything below it, by parent. */
export function treeOf(roots: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (!stat || stat.zombie) continue;
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(pid);
    else children.set(stat.parent, [pid]);
  }
  const found = roots.filter((pid) => isRunning(pid));
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

export function isRunning(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && !stat.zombie;
}

/** CPU seconds of all processes of the tree, those of ended ones included as far as they were waited for. */
export function cpuSeconds(roots: readonly number[]): number {
  const ticks = treeOf(roots).map((pid) => statOf(pid)?.ticks ?? 0);
  return ticks.reduce((sum, one) => sum + one, 0) / ticksPerSecond;
}

/** Proportional set size in MB (10^6 bytes) of each process of the tree. */
export function memoryOf(roots: readonly number[]): number[] {
  return treeOf(roots).map(proportionalSetSize);
}

function proportionalSetSize(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
    return (Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program may contain spaces and brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { parent: Number(fields[1]), zombie: fields[0] === 'Z', ticks };
  } catch {
    return undefined;
  }
}
