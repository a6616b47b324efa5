/** A process that lives this long has started well: what happened before is forgotten. Milliseconds. */
export const provedAfter = 10_000;

const firstDelay = 100;
const longestDelay = 10_000;
const longestImportDelay = 1_000;

/** Deaths in a row, each soon after its start. */
export interface Failures {
  readonly deaths: number;
  /** Failed imports in a row; counted apart, because the process itself was sound. */
  readonly imports: number;
}

export const noFailures: Failures = { deaths: 0, imports: 0 };

/** Counts a death `lived` milliseconds after the start. */
export function afterDeath(failures: Failures, lived: number): Failures {
  return lived >= provedAfter
    ? { deaths: 1, imports: 0 }
    : { ...failures, deaths: failures.deaths + 1 };
}

export function afterFailedImport(failures: Failures, lived: number): Failures {
  return { deaths: 0, imports: lived >= provedAfter ? 1 : failures.imports + 1 };
}

/** Milliseconds before the next start after `deaths` in a row: 0.1 s, doubled up to 10 s. */
export function delayAfterDeaths(deaths: number): number {
  return deaths === 0 ? 0 : Math.min(longestDelay, firstDelay * 2 ** Math.min(deaths - 1, 20));
}

/** The first failed import is tried again at once; then 0.1 s, doubled up to 1 s. */
export function delayAfterImports(imports: number): number {
  return imports <= 1
    ? 0
    : Math.min(longestImportDelay, firstDelay * 2 ** Math.min(imports - 2, 20));
}
