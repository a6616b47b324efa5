import type { Stated } from '../base/span.js';
import type { Requirement } from './config.js';

/** Several requirements as one, placed at the first; absent where there is none. */
export function joined(
  kind: 'all' | 'any' | 'none',
  found: readonly Stated<Requirement>[],
): Stated<Requirement> | undefined {
  const [first] = found;
  if (!first) return undefined;
  if (found.length === 1 && kind !== 'none') return first;
  return { value: { kind, of: found.map((entry) => entry.value) }, at: first.at };
}
