import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnostic } from '../../../src/base/diagnostic.js';
import { inReadingOrder } from '../../../src/base/order.js';
import type { Span } from '../../../src/base/span.js';

function at(file: string, line: number, column = 1, includedFrom?: Span): Span {
  return { file, line, column, endColumn: column, text: '', ...(includedFrom && { includedFrom }) };
}

test('diagnostics stand in the order of files, lines and columns, an included file where its Include is', () => {
  const include = at('main.conf', 5);
  const places: [string, Span | undefined][] = [
    ['nowhere', undefined],
    ['second file', at('a.conf', 1)],
    ['after the Include', at('main.conf', 6)],
    ['included, later file', at('sites/b.conf', 1, 1, include)],
    ['included, line 9', at('sites/a.conf', 9, 1, include)],
    ['included, line 2', at('sites/a.conf', 2, 1, include)],
    ['the Include itself', include],
    ['column 7', at('main.conf', 2, 7)],
    ['column 1', at('main.conf', 2)],
  ];
  const sorted = inReadingOrder(
    places.map(([message, place]) => diagnostic('syntax', message, place && { at: place })),
    ['main.conf', 'a.conf'],
  );
  assert.deepEqual(
    sorted.map(({ message }) => message),
    [
      'column 1',
      'column 7',
      'the Include itself',
      'included, line 2',
      'included, line 9',
      'included, later file',
      'after the Include',
      'second file',
      'nowhere',
    ],
  );
});

test('what stands in one place keeps its order', () => {
  const found = ['first', 'second'].map((message) =>
    diagnostic('syntax', message, { at: at('a.conf', 1) }),
  );
  assert.deepEqual(inReadingOrder(found, ['a.conf']), found);
});
