import type { Emit } from '../base/events.js';

/** An answer whose application waits, because its client is slow and there is no memory for more of it. */
export interface HeldAnswer {
  /** Where its thread is. */
  readonly pool: { readonly mayBeHeld: number };
  /** Seconds that a client may take. */
  readonly timeout: number;
  /** In milliseconds of the clock; 0: it is not held. */
  heldSince: number;
  /** Bytes that its client has taken. */
  readonly taken: number;
  /** Puts it on disk. @returns whether the application can go on. */
  store(): boolean;
  giveUp(reason: string): void;
}

/** A client that is quick but for a moment does not cost a file. */
const storeAfterMilliseconds = 500;
/** After an error of the disk it is left alone so long. */
const retryMilliseconds = 10_000;
const tellMilliseconds = 60_000;

/** The answers that hold a thread for a slow client: they go to disk after a moment, or are bounded in number. */
export class HeldAnswers {
  readonly #emit: Emit;
  readonly #held = new Set<HeldAnswer>();
  #failure = '';
  #failedAt = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  add(answer: HeldAnswer): void {
    answer.heldSince = performance.now();
    this.#held.add(answer);
  }

  remove(answer: HeldAnswer): void {
    answer.heldSince = 0;
    this.#held.delete(answer);
  }

  diskFailed(error: NodeJS.ErrnoException): void {
    this.#failure = error.message;
    this.#failedAt = performance.now();
  }

  /** A few times a second. */
  tick(now: number): void {
    if (this.#held.size === 0) return;
    const rests = this.#diskRests(now);
    const left = [...this.#held].filter(
      (answer) => now - answer.heldSince >= storeAfterMilliseconds && (rests || !answer.store()),
    );
    if (left.length === 0) return;
    this.#tell(left.length, now);
    for (const answer of toGiveUp(left, now))
      answer.giveUp(
        `its client took too little within ${answer.timeout} s, and threads are scarce`,
      );
  }

  #diskRests(now: number): boolean {
    return now - this.#failedAt < retryMilliseconds;
  }

  #tell(count: number, now: number): void {
    if (now - this.#toldAt < tellMilliseconds) return;
    this.#toldAt = now;
    const failure = this.#diskRests(now) ? { failure: this.#failure } : {};
    this.#emit({ type: 'answers-held', count, ...failure });
  }
}

/**
 * Answers may hold half of the threads that their requests share. Of those that hold more, and have waited for their
 * clients longer than Timeout, the ones with the slowest clients are given up.
 */
export function toGiveUp<T extends Pick<HeldAnswer, 'pool' | 'timeout' | 'heldSince' | 'taken'>>(
  held: readonly T[],
  now: number,
): T[] {
  const given: T[] = [];
  for (const pool of new Set(held.map((answer) => answer.pool))) {
    const theirs = held.filter((answer) => answer.pool === pool);
    const late = theirs.filter(({ heldSince, timeout }) => now - heldSince > timeout * 1000);
    late.sort((a, b) => a.taken - b.taken);
    given.push(...late.slice(0, Math.max(0, theirs.length - pool.mayBeHeld)));
  }
  return given;
}
