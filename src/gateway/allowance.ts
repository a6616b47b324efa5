/** Bytes of one answer that are kept for a client that reads slowly; the application goes on meanwhile. */
export const mostUnsent = 8 * 1024 * 1024;
/** The same for all answers of a gateway together. */
const mostTogether = 48 * 1024 * 1024;
const milliseconds = 10;

/** Memory for answers that their clients have not taken yet. */
export interface Allowance {
  /** @returns false where the application has to wait for its client. */
  take(bytes: number): boolean;
}

/** @param measure what waits on all connections now; asked at most once in a few milliseconds. */
export function createAllowance(measure: () => number): Allowance {
  let held = 0;
  let measuredAt = Number.NEGATIVE_INFINITY;
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
  };
}
