import type { Site } from '../peers/peer.js';
import type { Check } from '../running/ask.js';
import type { Ground } from '../running/ground.js';
import type { Running } from '../running/server.js';

/** What clients saw. Times are milliseconds. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly errors: number;
  /** Body bytes, where throughput is the point. */
  readonly bytes?: number;
}

/** One figure of a table, in the unit of its column. */
export type MetricName =
  | 'rate'
  | 'throughput'
  | 'p50'
  | 'p99'
  | 'cpu'
  | 'busy'
  | 'ready'
  | 'idleMemory'
  | 'peakMemory'
  | 'peakOfOne'
  | 'errors';

export interface Scenario {
  readonly name: string;
  /** One sentence for the docs. */
  readonly text: string;
  /** The figure that is compared first. */
  readonly primary: MetricName;
  readonly site: Site;
  /** Answers that must be right before and after; else the server is disqualified. */
  readonly checks: readonly Check[];
  /** Only for servers that can load new code while they run. */
  readonly reloads?: boolean;
  /** No load before the measured one. */
  readonly cold?: boolean;
  /** Makes what the site needs, once. */
  prepare?(ground: Ground): Promise<void>;
  measure(server: Running, options: { seconds: number; signal: AbortSignal }): Promise<Load>;
}

export const sizes = { processes: 1, threads: 15 } as const;

/** A site of one application at `/`. */
export function oneApplication(file: string, connections: number): Site {
  return { mounts: [{ url: '/', file }], single: undefined, ...sizes, connections };
}
