import { cpus, release } from 'node:os';
import type { MetricName } from '../scenarios/scenario.js';

/** Everything that a run found, as it is written to JSON. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly seconds: number;
  /** All else is compared with this one. */
  readonly reference: string;
  readonly servers: readonly { readonly name: string; readonly version: string }[];
  readonly scenarios: readonly ScenarioResult[];
}

export interface ScenarioResult {
  readonly name: string;
  readonly text: string;
  readonly primary: MetricName;
  readonly servers: readonly ServerResult[];
}

export interface ServerResult {
  readonly name: string;
  /** One for each round; undefined where the round failed. */
  readonly samples: (Sample | undefined)[];
  /** Why it is out, or why it did not take part. */
  note?: string;
}

export type Sample = Partial<Record<MetricName, number>>;

export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle];
  return sorted.length === 0 ? undefined : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function valuesOf(server: ServerResult, name: MetricName): number[] {
  return server.samples.flatMap((sample) => sample?.[name] ?? []);
}

/** The reference divided by the other server, round by round: they ran next to each other. */
export function ratio(
  reference: ServerResult,
  other: ServerResult,
  name: MetricName,
): Ratio | undefined {
  const ratios = other.samples.flatMap((sample, round) => {
    const own = reference.samples[round]?.[name];
    const its = sample?.[name];
    return own === undefined || its === undefined || its === 0 ? [] : [own / its];
  });
  const middle = median(ratios);
  if (middle === undefined) return undefined;
  return { median: middle, min: Math.min(...ratios), max: Math.max(...ratios) };
}

export function describeMachine(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}, Linux ${release()}`;
}
