import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { isAlive } from '../base/is-alive.js';
import { isOpenToOthers, type Place, withPlace } from '../base/place.js';
import { reasonOf } from '../supervisor/system-error.js';

/**
 * Puts the process id there, whole from its first moment. What is there is replaced, and nothing written through it.
 *
 * @throws Error `cannot write the process id to "/run/x.pid": …`, also where the process in it lives
 */
export function writePidFile(path: string): { remove(): void } {
  try {
    withPlace(path, write);
  } catch (error) {
    throw new Error(refusalText(path, error));
  }
  return {
    remove() {
      try {
        withPlace(path, (place) => {
          // Another server may have taken the name meanwhile.
          if (pidIn(place) === process.pid) fs.unlinkSync(place.at(place.name));
        });
      } catch {
        // It is not there any more, or not ours.
      }
    },
  };
}

/** What writePidFile would say, but for a server that runs: who asks may be about to replace it. Nothing is made. */
export function whyPidFileRefused(path: string): string | undefined {
  try {
    withPlace(path, ({ found }) => {
      refuseUnlessFile(found);
      fs.accessSync(dirname(path), fs.constants.W_OK | fs.constants.X_OK);
    });
    return undefined;
  } catch (error) {
    return refusalText(path, error);
  }
}

function refusalText(path: string, error: unknown): string {
  return `cannot write the process id to "${path}": ${reasonOf(error)}`;
}

function refuseUnlessFile(found: Place['found']): void {
  if (found && !found.isFile()) throw new Error('what is there is no file');
}

function write(place: Place): void {
  const { at, name, found, folder } = place;
  refuseUnlessFile(found);
  // What others put there is no news of a server.
  const written = !isOpenToOthers(folder) || found?.uid === process.getuid?.();
  const earlier = written ? pidIn(place) : undefined;
  if (earlier !== undefined && earlier !== process.pid && isItsWriter(earlier, found?.mtimeMs ?? 0))
    throw new Error(
      `process ${earlier}, which it names, is running; stop that server first, or state another PidFile`,
    );
  const temporary = at(`.${name}.${randomBytes(6).toString('hex')}`);
  const fd = fs.openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  try {
    fs.writeSync(fd, `${process.pid}\n`);
    fs.renameSync(temporary, at(name));
  } catch (error) {
    fs.unlinkSync(temporary);
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}

const { O_WRONLY, O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** Digits of a process id, and a line feed. */
const longest = 32;

function pidIn({ at, name, found }: Place): number | undefined {
  if (!found?.isFile()) return undefined;
  const fd = fs.openSync(at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(longest);
    const text = buffer.toString('latin1', 0, fs.readSync(fd, buffer, 0, longest, 0));
    return /^\d+\s*$/.test(text) ? Number(text) : undefined;
  } finally {
    fs.closeSync(fd);
  }
}

/** Milliseconds that a clock may be set between two starts. */
const tolerance = 60_000;

/** Whether the process lives, and is not one that got the same number later, after the machine's start for example. */
function isItsWriter(pid: number, writtenAt: number): boolean {
  if (!isAlive(pid)) return false;
  const startedAt = startOf(pid);
  return startedAt === undefined || startedAt <= writtenAt + tolerance;
}

/** Ticks in a second, as the kernel tells them to every program. */
const ticks = 100;

/** Milliseconds since the epoch; undefined where there is no `/proc`. */
function startOf(pid: number): number | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const started = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) / ticks;
    const booted = Number(/^btime (\d+)$/m.exec(fs.readFileSync('/proc/stat', 'latin1'))?.[1]);
    return Number.isNaN(started + booted) ? undefined : (booted + started) * 1000;
  } catch {
    return undefined;
  }
}
