import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from '../../../src/base/nearest.js';

const known = [
  'Require',
  'Redirect',
  'ServerName',
  'ServerAlias',
  'WSGIScriptAlias',
  'User',
  'Use',
];

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['Requre', ['Require']],
  ['require', ['Require']],
  ['Reqiure', ['Require']],
  ['SreverName', ['ServerName']],
  ['WSGIScriptAlais', ['WSGIScriptAlias']],
  ['Usre', ['Use', 'User']],
  ['Completely', []],
  ['', []],
  ['x', []],
];

for (const [name, wanted] of cases)
  test(`what is near to "${name}"`, () => assert.deepEqual(nearest(name, known), wanted));

test('a word of any length is no slip of a known name, and costs nothing', () => {
  assert.equal(didYouMean('Require'.repeat(20_000), known), undefined);
});

test('the same names are near as without the short cuts', () => {
  const names = known.flatMap((name) =>
    [...name].flatMap((_, at) => [
      name.slice(0, at) + name.slice(at + 1),
      `${name.slice(0, at)}x${name.slice(at + 1)}`,
      `${name.slice(0, at)}x${name.slice(at)}`,
    ]),
  );
  for (const name of names) {
    const wanted = known.filter(
      (one) =>
        plainDistance(name.toLowerCase(), one.toLowerCase()) <=
        Math.max(1, Math.floor(Math.max(name.length, one.length) / 3)),
    );
    assert.deepEqual(nearest(name, known, known.length).sort(), wanted.sort(), name);
  }
});

/** By the definition, without any short cut. */
function plainDistance(a: string, b: string): number {
  if (a === '' || b === '') return Math.max(a.length, b.length);
  const [head, other] = [a[0], b[0]];
  if (head === other) return plainDistance(a.slice(1), b.slice(1));
  const swapped =
    a.length > 1 && b.length > 1 && head === b[1] && a[1] === other
      ? 1 + plainDistance(a.slice(2), b.slice(2))
      : Number.POSITIVE_INFINITY;
  if (Math.abs(a.length - b.length) > 6) return 7;
  return Math.min(
    swapped,
    1 + memo(a.slice(1), b),
    1 + memo(a, b.slice(1)),
    1 + memo(a.slice(1), b.slice(1)),
  );
}

const found = new Map<string, number>();

function memo(a: string, b: string): number {
  const key = `${a} ${b}`;
  const value = found.get(key) ?? plainDistance(a, b);
  found.set(key, value);
  return value;
}
