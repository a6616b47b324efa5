/** A daemon process as the choice sees it. */
export interface Candidate {
  /** Requests given to it that are not over. */
  readonly inFlight: number;
  readonly threads: number;
  /** Mean time of its requests in milliseconds; negative before the first one. */
  readonly meanMilliseconds: number;
  /** Since when requests are with it and it has said nothing, in milliseconds of the clock; 0: nothing is expected. */
  readonly silentSince: number;
  readonly takes: boolean;
  /** Whether it may get requests beyond its threads. */
  readonly extras: boolean;
}

/** The most requests that a process gets beyond its threads: enough to be read and answered in batches. */
export const extraRequests = 64;
/** About so long an answer and the next request are on their way between a thread and the queue, on a busy machine. */
const wayMilliseconds = 1;
/** A request that was not begun after this time is looked after. */
export const frozenMilliseconds = 1000;

/**
 * So many requests more than its threads as these finish while an answer and the next request are on their way: then
 * no thread waits for the next, and no request waits there longer than it takes to get there.
 */
export function capacityOf({ threads, extras, meanMilliseconds }: Candidate): number {
  if (!extras || meanMilliseconds < 0) return threads;
  const finished = Math.ceil((threads * wayMilliseconds) / meanMilliseconds - 0.5);
  return threads + Math.min(extraRequests, finished);
}

/** Whether it gave a sign of life within a second, or nothing was expected of it. */
function isFresh(candidate: Candidate, now: number): boolean {
  return candidate.silentSince === 0 || now - candidate.silentSince < frozenMilliseconds;
}

/** The least busy process with room; one with a fresh sign of life before any other. */
export function chooseProcess<T extends Candidate>(
  candidates: readonly T[],
  now: number,
): T | undefined {
  let best: T | undefined;
  let bestFresh = false;
  for (const candidate of candidates) {
    if (!candidate.takes || candidate.inFlight >= capacityOf(candidate)) continue;
    const fresh = isFresh(candidate, now);
    if (best && bestFresh && !fresh) continue;
    if (best && bestFresh === fresh && candidate.inFlight >= best.inFlight) continue;
    best = candidate;
    bestFresh = fresh;
  }
  return best;
}

/** The new mean after a request that took `milliseconds` while `inFlight` were with a process of `threads`. */
export function meanAfter(
  mean: number,
  sample: { milliseconds: number; inFlight: number; threads: number },
): number {
  // Requests beyond the threads waited for each other: that is not their own time.
  const own = (sample.milliseconds * sample.threads) / Math.max(sample.threads, sample.inFlight);
  return mean < 0 ? own : mean + (own - mean) / 8;
}

/** Whether a request that was not begun is better sent elsewhere. */
export function shouldMove(sentAt: number, now: number, elsewhere: boolean): boolean {
  return elsewhere && now - sentAt >= frozenMilliseconds;
}
