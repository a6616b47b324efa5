import {
  type Characters,
  negated,
  one,
  posixClasses,
  shorthands,
  united,
  withBothCases,
} from './characters.js';
import { readCharacter } from './escapes.js';
import type { Source } from './source.js';

/** A class in brackets, behind its `[`. */
export function readBracket(source: Source, ignoreCase: boolean): Characters {
  const negative = source.take('^');
  const sets: Characters[] = [];
  for (let first = true; first || source.next !== ']'; first = false) {
    if (source.over) throw new Error('unterminated character class');
    const item = readItem(source);
    sets.push(typeof item === 'number' ? rangeFrom(source, item) : item);
  }
  source.skip(1);
  const set = united(...sets);
  const folded = ignoreCase ? withBothCases(set) : set;
  return negative ? negated(folded) : folded;
}

/** A number is one character, which a range can begin or end with. */
function readItem(source: Source): Characters | number {
  const posix = source.match(/\[:(\^?)(\w+):\]/y);
  if (posix) {
    const set = posixClasses[posix[2]!];
    if (!set) throw new Error(`"[:${posix[2]}:]" is not understood`);
    return posix[1] ? negated(set) : set;
  }
  const strange = source.match(/\[[.=]/y);
  if (strange) throw new Error(`"${strange[0]}" in a class is not understood`);
  const shorthand = source.match(/\\([dDwWsShHvV])/y)?.[1];
  if (shorthand) return shorthands[shorthand]!;
  if (source.match(/\\b/y)) return 8;
  if (source.next === '\\') return readCharacter(source);
  const code = source.next!.charCodeAt(0);
  source.skip(1);
  return code;
}

function rangeFrom(source: Source, from: number): Characters {
  if (!/^-[^\]]/.test(source.rest(2))) return one(from);
  source.skip(1);
  const to = readItem(source);
  // `[a-\d]` has the letter, the hyphen and the digits.
  if (typeof to !== 'number') return united(one(from), one(45), to);
  if (to < from) throw new Error('range out of order in character class');
  return [[from, to]];
}
