/** Milliseconds between two looks at a gateway process. */
export const beatMilliseconds = 1_000;
/** Seconds without a word after which a gateway process counts as frozen; and while it starts, which may take long. */
export const frozenAfter = 10;
export const startsWithin = 60;

/** What the supervisor knows of the event loop of a gateway process. */
export interface Pulse {
  /** Milliseconds in which the supervisor ran and heard nothing from it. */
  readonly silent: number;
  /** Whether it owes an answer. */
  readonly asked: boolean;
}

export const freshPulse: Pulse = { silent: 0, asked: false };

/**
 * What to do at a look, `elapsed` milliseconds after the last one. Where much more time went by than was planned it
 * was the supervisor that stood still, or the machine: what the gateway said meanwhile has not been read yet.
 */
export function nextBeat(
  { silent, asked }: Pulse,
  elapsed: number,
  limit: number,
): { readonly pulse: Pulse; readonly act: 'ask' | 'wait' | 'kill' } {
  const sum = silent + Math.min(elapsed, 1.5 * beatMilliseconds);
  const pulse: Pulse = { silent: sum, asked: true };
  if (!asked) return { pulse, act: 'ask' };
  return { pulse, act: sum >= limit * 1000 ? 'kill' : 'wait' };
}
