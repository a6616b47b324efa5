import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogicalLine, logicalLines, sourceFile, spanOf } from '../../../src/config/lines.js';
import { expandVariables } from '../../../src/config/variables.js';
import { splitOptions, splitWords } from '../../../src/config/words.js';

const words = (text: string) => splitWords(whole(line(text))).words.map((word) => word.value);

test('words are split and unquoted as Apache does it', () => {
  const cases: [string, string[]][] = [
    ['a  b\tc', ['a', 'b', 'c']],
    ['"a b" c', ['a b', 'c']],
    ["'a b' c", ['a b', 'c']],
    ['"a"b', ['a', 'b']],
    ['a"b c"', ['a"b', 'c"']],
    ['"a \\" b"', ['a " b']],
    ["'a \\' b'", ["a ' b"]],
    ['"a \\\\ b \\n"', ['a \\ b \\n']],
    ['a\\ b', ['a\\', 'b']],
    ['a\\\\b', ['a\\b']],
    ['""', ['']],
    ['', []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(words(text), expected, text);
});

test('a quote that is never closed is found with its place', () => {
  const { words: found, unclosed } = splitWords(whole(line('a "b c')));
  assert.deepEqual(
    found.map((word) => word.value),
    ['a'],
  );
  assert.equal(unclosed?.column, 3);
});

test('options take quoted values and keep the place of name and value', () => {
  const [first, second, third] = splitOptions(whole(line('name="a b" other=c bare')));
  assert.equal(first?.name?.value, 'name');
  assert.equal(first?.value.value, 'a b');
  assert.deepEqual([first?.at.column, first?.at.endColumn], [1, 11]);
  assert.deepEqual([second?.name?.value, second?.value.value], ['other', 'c']);
  assert.deepEqual([third?.name, third?.value.value], [undefined, 'bare']);
});

test('places stay right through continuation lines', () => {
  const joined = line('One two \\\n   three\\\nfour five');
  assert.equal(joined.text, 'One two    threefour five');
  const places = splitWords(whole(joined)).words.map(({ value, at }) => [
    value,
    at.line,
    at.column,
    at.endColumn,
  ]);
  assert.deepEqual(places, [
    ['One', 1, 1, 4],
    ['two', 1, 5, 8],
    ['threefour', 2, 4, 10],
    ['five', 3, 6, 10],
  ]);
});

test('a word that comes out of a variable points at the variable', () => {
  const values = new Map([
    ['A', 'one two'],
    ['EMPTY', ''],
  ]);
  const missing: string[] = [];
  const expanded = expandVariables(
    line(`X ${'$'}{A} ${'$'}{EMPTY}y ${'$'}{NO} z`),
    (name) => values.get(name),
    (name) => missing.push(name),
  );
  const places = splitWords(whole(expanded)).words.map(({ value, at }) => [
    value,
    at.column,
    at.endColumn,
  ]);
  assert.deepEqual(places, [
    ['X', 1, 2],
    ['one', 3, 7],
    ['two', 3, 7],
    ['y', 16, 17],
    [`${'$'}{NO}`, 18, 23],
    ['z', 24, 25],
  ]);
  assert.deepEqual(missing, ['NO']);
});

test('comments and empty lines are no lines, and a comment goes on after a backslash', () => {
  const source = sourceFile('x', '\uFEFF# a \\\nb\n\n  \n  # c\r\nD\r\n');
  assert.deepEqual(
    [...logicalLines(source)].map(({ text }) => text),
    ['D'],
  );
});

test('a span that crosses lines ends with the first one', () => {
  const span = spanOf(line('One two \\\n three'), 4, 14);
  assert.deepEqual([span.line, span.column, span.endColumn], [1, 5, 10]);
});

function line(text: string): LogicalLine {
  const [first] = logicalLines(sourceFile('x', text));
  return (
    first ?? { source: sourceFile('x', text), text, pieces: [{ start: 0, line: 1, column: 1 }] }
  );
}

function whole(of: LogicalLine) {
  return { line: of, from: 0, to: of.text.length };
}
