import type { Stated } from '../base/span.js';
import { type Call, invalid } from './declaration.js';
import { absolutePath, stated } from './values.js';

/** `folder:folder…`. Empty entries, as a `:` at the end leaves one, are dropped. */
export function pathList(
  call: Call,
  word: Stated<string>,
  what: string,
): Stated<readonly string[]> {
  const entries = word.value.split(':').filter((entry) => entry !== '');
  if (entries.length === 0)
    throw invalid(word, `${what} must be one or more folders with ":" between them`);
  return stated(
    word,
    entries.map((entry) => absolutePath(call, { value: entry, at: word.at })),
  );
}
