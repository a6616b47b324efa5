import type { MetricName } from '../scenarios/scenario.js';

export interface Metric {
  readonly name: MetricName;
  readonly title: string;
  readonly digits: number;
  readonly better: 'more' | 'less';
}

/** In the order of columns. */
export const metrics: readonly Metric[] = [
  { name: 'rate', title: 'requests/s', digits: 0, better: 'more' },
  { name: 'throughput', title: 'MB/s', digits: 0, better: 'more' },
  { name: 'ready', title: 'ready after s', digits: 2, better: 'less' },
  { name: 'p50', title: 'p50 ms', digits: 2, better: 'less' },
  { name: 'p99', title: 'p99 ms', digits: 2, better: 'less' },
  { name: 'cpu', title: 'CPU s per 10,000', digits: 2, better: 'less' },
  { name: 'busy', title: 'CPU when idle %', digits: 2, better: 'less' },
  { name: 'idleMemory', title: 'idle MB', digits: 1, better: 'less' },
  { name: 'peakMemory', title: 'peak MB', digits: 1, better: 'less' },
  { name: 'peakOfOne', title: 'largest process MB', digits: 1, better: 'less' },
  { name: 'errors', title: 'errors', digits: 0, better: 'less' },
];

export function metric(name: MetricName): Metric {
  return metrics.find((one) => one.name === name)!;
}

/** Whole numbers with thousands separators, others with so many digits. */
export function show(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
