/** A daemon process as the choice sees it. */
export interface Place {
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

/** Requests beyond its threads that a quick process gets, so that none of its threads waits for the next. */
export const extraRequests = 8;
const quickMilliseconds = 1;
/** A request that was not begun after this time is looked after. */
export const frozenMilliseconds = 1000;

export function capacityOf(place: Place): number {
  const quick =
    place.extras && place.meanMilliseconds >= 0 && place.meanMilliseconds < quickMilliseconds;
  return place.threads + (quick ? extraRequests : 0);
}

/** Whether it gave a sign of life within a second, or nothing was expected of it. */
export function isFresh(place: Place, now: number): boolean {
  return place.silentSince === 0 || now - place.silentSince < frozenMilliseconds;
}

/** The least busy place with room; one with a fresh sign of life before any other. */
export function choosePlace<T extends Place>(places: readonly T[], now: number): T | undefined {
  let best: T | undefined;
  let bestFresh = false;
  for (const place of places) {
    if (!place.takes || place.inFlight >= capacityOf(place)) continue;
    const fresh = isFresh(place, now);
    if (best && bestFresh && !fresh) continue;
    if (best && bestFresh === fresh && place.inFlight >= best.inFlight) continue;
    best = place;
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
