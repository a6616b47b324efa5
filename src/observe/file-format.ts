import type { Entry } from './entry.js';
import { visible } from './terminal-format.js';

/**
 * `2026-01-02T03:04:05.678Z [error] [pid 12] [group blog] [request a1] text`, one line of a log file.
 * Every line of a longer text gets the same start, so that filters by group or request keep all of it.
 */
export function fileFormat(entry: Entry): string {
  const start = [
    entry.time.toISOString(),
    `[${entry.level}]`,
    ...(entry.pid === undefined ? [] : [`[pid ${entry.pid}]`]),
    ...(entry.processGroup === undefined ? [] : [`[group ${entry.processGroup || '-'}]`]),
    ...(entry.request === undefined ? [] : [`[request ${entry.request}]`]),
  ].join(' ');
  return entry.text
    .split('\n')
    .map((line) => `${start} ${visible(line)}\n`)
    .join('');
}
