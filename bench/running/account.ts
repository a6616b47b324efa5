import { cpuSeconds, memoryOf } from './processes.js';

/** What a server used while it was watched. */
export interface Account {
  readonly cpuSeconds: number;
  /** MB of all processes together, and of the largest one. */
  readonly peakMemory: number;
  readonly peakOfOne: number;
}

const everyMilliseconds = 400;

/** Watches all processes of a server during `body`. */
export async function watch<T>(
  roots: readonly number[],
  body: () => Promise<T>,
): Promise<{ result: T; account: Account }> {
  let peakMemory = 0;
  let peakOfOne = 0;
  const look = () => {
    const sizes = memoryOf(roots);
    peakMemory = Math.max(peakMemory, sum(sizes));
    peakOfOne = Math.max(peakOfOne, ...sizes);
  };
  const timer = setInterval(look, everyMilliseconds);
  const before = cpuSeconds(roots);
  try {
    const result = await body();
    const used = cpuSeconds(roots) - before;
    look();
    return { result, account: { cpuSeconds: used, peakMemory, peakOfOne } };
  } finally {
    clearInterval(timer);
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
