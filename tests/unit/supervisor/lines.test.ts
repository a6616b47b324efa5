import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastLines, lineSplitter } from '../../../src/supervisor/lines.js';

function split(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return lines;
}

test('lines are put together from chunks', () => {
  assert.deepEqual(split('a', 'b\nc\r\n', '\nd'), ['ab', 'c', '', 'd']);
});

test('a character that is spread over chunks stays whole', () => {
  const bytes = Buffer.from('é\n');
  assert.deepEqual(split(bytes.subarray(0, 1), bytes.subarray(1)), ['é']);
});

test('a line without end is cut', () => {
  const lines = split('x'.repeat(100_000));
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 32 * 1024));
  assert.equal(lines.join('').length, 100_000);
});

test('only the last lines are kept', () => {
  const kept = lastLines(2);
  for (const line of ['a', 'b', 'c']) kept.add(line);
  assert.deepEqual(kept.all(), ['b', 'c']);
});
