/** A process that lives this long has started well: what happened before is forgotten. Milliseconds. */
const provedAfter = 10_000;

const firstDelay = 100;
const longestDelay = 10_000;
const longestImportDelay = 1_000;
const firstCrashDelay = 25;
const longestCrashDelay = 100;

/** How a process ended that nobody had told to. */
export type Death =
  /** It never said that it was ready. */
  | 'unready'
  /** It was ready and had not begun a request. */
  | 'unused'
  /** It had begun requests. One of them may have ended it: the next process is as good as this one was. */
  | 'used';

/** What went wrong in a row. */
export interface Failures {
  /** Starts that did not become ready. */
  readonly starts: number;
  /** These, and ends of processes soon after their start that had not begun a request. */
  readonly deaths: number;
  /** Ends of processes soon after their start that had begun requests. */
  readonly crashes: number;
}

export const noFailures: Failures = { starts: 0, deaths: 0, crashes: 0 };

/** Counts a death `lived` milliseconds after the start. */
export function afterDeath(failures: Failures, death: Death, lived: number): Failures {
  const { starts, deaths, crashes } = lived >= provedAfter ? noFailures : failures;
  switch (death) {
    case 'unready':
      // However long it tried.
      return { ...failures, starts: failures.starts + 1, deaths: failures.deaths + 1, crashes: 0 };
    case 'unused':
      return { ...noFailures, starts, deaths: deaths + 1 };
    case 'used':
      return { ...noFailures, crashes: crashes + 1 };
  }
}

/** A process is ready: whoever waits for the group need not give up. */
export function afterReady(failures: Failures): Failures {
  return { ...failures, starts: 0 };
}

/** Milliseconds before the next start after deaths or crashes. `share` as in `delayAfterCrashes`. */
export function delayAfter({ deaths, crashes }: Failures, share: number): number {
  return deaths > 0 ? delayAfterDeaths(deaths) : delayAfterCrashes(crashes, share);
}

/** Milliseconds before the next start after `deaths` in a row: 0.1 s, doubled up to 10 s. */
export function delayAfterDeaths(deaths: number): number {
  return deaths === 0 ? 0 : Math.min(longestDelay, firstDelay * 2 ** Math.min(deaths - 1, 20));
}

/**
 * Milliseconds before the next start after `crashes` in a row. One request can end a process, and others wait for
 * the next, so the first is replaced at once and no other much later; but a process that does nothing than
 * start and crash must not take a whole core.
 *
 * @param share from 0 to 1, other for each process of a group: those that crash together do not start together
 */
export function delayAfterCrashes(crashes: number, share: number): number {
  if (crashes <= 1) return 0;
  const longest = Math.min(longestCrashDelay, firstCrashDelay * 2 ** Math.min(crashes - 2, 20));
  return Math.round((longest * (1 + share)) / 2);
}

/** Milliseconds before the next trial of a script that changes again and again: at once, then 0.1 s, doubled up to 1 s. */
export function delayAfterImports(imports: number): number {
  return imports <= 1
    ? 0
    : Math.min(longestImportDelay, firstDelay * 2 ** Math.min(imports - 2, 20));
}
