/** A set of UTF-16 code units: ranges in order that neither touch nor overlap. */
export type Characters = readonly (readonly [from: number, to: number])[];

export const lastCharacter = 0xffff;
export const anyCharacter: Characters = [[0, lastCharacter]];
export const notLineFeed: Characters = negated([[10, 10]]);

export function one(code: number): Characters {
  return [[code, code]];
}

export function united(...sets: readonly Characters[]): Characters {
  const ranges = sets.flat().sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = result.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

export function negated(set: Characters): Characters {
  const result: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) result.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= lastCharacter) result.push([next, lastCharacter]);
  return result;
}

/** With both cases of each letter of ASCII, which is all that PCRE folds when it reads bytes. */
export function withBothCases(set: Characters): Characters {
  const other = set.flatMap(([from, to]) => [
    ...moved(from, to, [65, 90], 32),
    ...moved(from, to, [97, 122], -32),
  ]);
  return united(set, other);
}

function moved(
  from: number,
  to: number,
  [first, last]: readonly [number, number],
  by: number,
): [number, number][] {
  const start = Math.max(from, first);
  const end = Math.min(to, last);
  return start <= end ? [[start + by, end + by]] : [];
}

const digit: Characters = [[48, 57]];
const word: Characters = united(digit, [[65, 90]], [[97, 122]], one(95));
/** With the vertical tab, as in Perl and PCRE2. */
const space: Characters = united([[9, 13]], one(32));
const horizontal: Characters = united(one(9), one(32), one(160));
const vertical: Characters = united([[10, 13]], one(133));

/** The sets that a backslash and a letter stand for; capitals mean all others. */
export const shorthands: Readonly<Record<string, Characters>> = {
  d: digit,
  D: negated(digit),
  w: word,
  W: negated(word),
  s: space,
  S: negated(space),
  h: horizontal,
  H: negated(horizontal),
  v: vertical,
  V: negated(vertical),
  N: notLineFeed,
};

/** The names of `[:name:]`, for bytes in the C locale. */
export const posixClasses: Readonly<Record<string, Characters>> = {
  alnum: united(digit, [[65, 90]], [[97, 122]]),
  alpha: united([[65, 90]], [[97, 122]]),
  ascii: [[0, 127]],
  blank: united(one(9), one(32)),
  cntrl: united([[0, 31]], one(127)),
  digit,
  graph: [[33, 126]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: united([[33, 47]], [[58, 64]], [[91, 96]], [[123, 126]]),
  space,
  upper: [[65, 90]],
  word,
  xdigit: united(digit, [[65, 70]], [[97, 102]]),
};
