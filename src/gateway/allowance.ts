import { initialWindow } from '../protocol/frames.js';

/** Bytes of one answer that are kept for a client that reads slowly; the application goes on meanwhile. */
const mostUnsent = 8 * 1024 * 1024;
/** The same for all answers of a gateway together. */
const mostTogether = 48 * 1024 * 1024;
const milliseconds = 10;
/**
 * Bytes that may be on the way for a long answer whose client takes all at once. In a wider window the runtime and
 * the gateway wait less for each other; beyond this nothing is gained.
 */
export const wideWindow = 4 * initialWindow;
/** Answers that have it at one time. */
const mostWide = 16;

/** Memory for answers that their clients have not taken yet. */
export interface Allowance {
  /** @returns false where the application has to wait for its client. */
  take(bytes: number): boolean;
  /** @returns whether one more answer may have a wide window; it gives that back with `narrow`. */
  widen(): boolean;
  narrow(): void;
}

/** @param measure what waits on all connections now; asked at most once in a few milliseconds. */
export function createAllowance(measure: () => number): Allowance {
  let held = 0;
  let measuredAt = Number.NEGATIVE_INFINITY;
  let wide = 0;
  return {
    take(bytes) {
      const now = performance.now();
      if (now - measuredAt > milliseconds) {
        measuredAt = now;
        held = measure();
      }
      if (held + bytes > mostTogether) return false;
      held += bytes;
      return true;
    },
    widen() {
      if (wide >= mostWide) return false;
      wide++;
      return true;
    },
    narrow() {
      wide--;
    },
  };
}

/** Credit for one long answer: what its client took, and what may be on the way besides. */
export class AnswerWindow {
  /** The client is slower than the application. */
  clogged = false;
  readonly #allowance: Allowance;
  #size = initialWindow;
  /** Bytes that came and that the runtime has no new credit for yet. */
  #ungranted = 0;

  constructor(allowance: Allowance) {
    this.#allowance = allowance;
  }

  add(bytes: number): void {
    this.#ungranted += bytes;
  }

  /** Bytes that may be on the way. */
  get size(): number {
    return this.#size;
  }

  /** Half a window at once, because each grant wakes a thread that the application then competes with. */
  get isDue(): boolean {
    return this.#ungranted >= this.#size / 2;
  }

  /**
   * Whether what came may be followed by as much, in memory.
   * @param unsent bytes that the client has not taken yet.
   */
  mayGrow(unsent: number): boolean {
    if (this.clogged) return unsent < mostUnsent && this.#allowance.take(this.#ungranted);
    this.#widen();
    return true;
  }

  /** @returns bytes to grant now. */
  take(): number {
    const granted = this.#ungranted;
    this.#ungranted = 0;
    return granted;
  }

  close(): void {
    if (this.#size === wideWindow) this.#allowance.narrow();
    this.#size = initialWindow;
  }

  #widen(): void {
    if (this.#size === wideWindow || !this.#allowance.widen()) return;
    this.#ungranted += wideWindow - this.#size;
    this.#size = wideWindow;
  }
}
