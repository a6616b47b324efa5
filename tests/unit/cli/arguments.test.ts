import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  collectDefine,
  parseCount,
  parseListen,
  parseMount,
  parsePort,
} from '../../../src/cli/arguments.js';

test('--listen takes a port, or an address and a port', () => {
  assert.deepEqual(parseListen('8080'), { port: 8080 });
  assert.deepEqual(parseListen('*:80'), { port: 80 });
  assert.deepEqual(parseListen('127.0.0.1:0'), { address: '127.0.0.1', port: 0 });
  assert.deepEqual(parseListen('[::1]:8080'), { address: '::1', port: 8080 });
});

for (const text of ['', 'x', '70000', 'localhost:80', '::1:80', '127.0.0.1', ':80', '1.2.3:80'])
  test(`--listen refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseListen(text), /Write/);
  });

test('-D keeps what stands after the first =', () => {
  const defines = collectDefine('B', collectDefine('A=x=y', new Map()));
  assert.deepEqual(
    [...defines],
    [
      ['A', 'x=y'],
      ['B', ''],
    ],
  );
  assert.throws(() => collectDefine('=x', new Map()), /NAME or NAME=VALUE/);
});

test('numbers are whole numbers', () => {
  assert.equal(parseCount('3'), 3);
  assert.equal(parsePort('0'), 0);
  for (const text of ['0', '-1', '1.5', '', '1e3'])
    assert.throws(() => parseCount(text), /1 or more/);
  assert.throws(() => parsePort('65536'), /0 to 65535/);
  assert.throws(() => parseMount('blog'), /starts with \//);
});
