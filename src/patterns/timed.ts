import { Script } from 'node:vm';

/** A match that was given up; nobody knows whether there is one. */
export class MatchTimeout extends Error {}

const milliseconds = 20;
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
  holder[key] = run;
  try {
    return script.runInThisContext({ timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new MatchTimeout(
      `the pattern ${JSON.stringify(source)} took more than ${milliseconds} ms`,
    );
  } finally {
    delete holder[key];
  }
}
