import { Script } from 'node:vm';

/** A match that was given up, or not begun; nobody knows whether there is one. */
export class MatchTimeout extends Error {}

const milliseconds = 20;
/** More than any text needs that was not made to be slow. */
const longMilliseconds = 2;
/** Long ones get a fifth of the time, all other requests the rest. */
const pauseFactor = 4;
/** By pattern: the moment until which it is not tried, on the clock of `performance`. */
const pauses = new Map<string, number>();

const key = Symbol.for('venvhost.timed');
const holder = globalThis as typeof globalThis & { [key]?: () => unknown };
const script = new Script(`globalThis[Symbol.for('venvhost.timed')]()`);

/**
 * Runs something that may take exponentially long, at most for some milliseconds. It costs a tenth of a
 * millisecond, for a watching thread.
 *
 * @throws MatchTimeout
 */
export function timed<T>(source: string, run: () => T): T {
  const name = `the pattern ${JSON.stringify(source)}`;
  if (performance.now() < (pauses.get(source) ?? 0))
    throw new MatchTimeout(`${name} is not tried so soon after a match that took long`);
  holder[key] = run;
  // Of the processor: a gateway that has to wait for it is no slow match.
  const before = process.cpuUsage();
  try {
    return script.runInThisContext({ timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new MatchTimeout(`${name} took more than ${milliseconds} ms`);
  } finally {
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (took > longMilliseconds) pauses.set(source, performance.now() + pauseFactor * took);
    delete holder[key];
  }
}
