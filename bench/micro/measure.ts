/** Microseconds for one call: the best of some series, because everything else a machine does only adds. */
export function microseconds(body: () => void, { calls = 20_000, series = 9 } = {}): number {
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < series; count++) {
    const begun = performance.now();
    for (let call = 0; call < calls; call++) body();
    best = Math.min(best, (performance.now() - begun) / calls);
  }
  return best * 1000;
}
