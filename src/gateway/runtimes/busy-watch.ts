import type { DaemonProcess } from './process.js';

/** What is to be told of the threads of a pool. */
export type BusyNews =
  | {
      readonly type: 'threads-busy';
      readonly threads: number;
      /** Requests that wait for one. */
      readonly waiting: number;
      /** The request that has had its thread for longest. */
      readonly target: string;
      readonly seconds: number;
    }
  | { readonly type: 'threads-free'; readonly seconds: number };

/** So long no thread must have been free. */
const busyMilliseconds = 10_000;
/** An episode that begins sooner after the last one that was told is not told. */
const quietMilliseconds = 60_000;

/** Sees when all threads of a pool are busy for long, and when that is over: each is told once. */
export class BusyWatch {
  /** Since when no thread has been free, in milliseconds of the clock; 0: one is. */
  #since = 0;
  #told = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** A few times a second: a request costs nothing. */
  look(processes: readonly DaemonProcess[], waiting: number, now: number): BusyNews | undefined {
    const serving = processes.filter((process) => !process.leaving);
    if (serving.length === 0 || serving.some(({ inFlight, threads }) => inFlight < threads))
      return this.#free(now);
    if (this.#since === 0) this.#since = now;
    if (this.#told || now - this.#since < busyMilliseconds) return undefined;
    if (now - this.#toldAt < quietMilliseconds) return undefined;
    this.#told = true;
    this.#toldAt = now;
    const threads = serving.reduce((sum, process) => sum + process.threads, 0);
    return { type: 'threads-busy', threads, waiting, ...oldest(serving, now) };
  }

  #free(now: number): BusyNews | undefined {
    const since = this.#since;
    this.#since = 0;
    if (!this.#told) return undefined;
    this.#told = false;
    return { type: 'threads-free', seconds: (now - since) / 1000 };
  }
}

function oldest(
  processes: readonly DaemonProcess[],
  now: number,
): { target: string; seconds: number } {
  let target = '';
  let sentAt = Number.POSITIVE_INFINITY;
  for (const process of processes)
    for (const channel of process.channels())
      for (const [, owner] of channel.sentBefore(now))
        if (owner.sentAt < sentAt) {
          target = owner.target;
          sentAt = owner.sentAt;
        }
  return { target, seconds: target === '' ? 0 : (now - sentAt) / 1000 };
}
