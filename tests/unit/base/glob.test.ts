import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileGlob, hasWildcards } from '../../../src/base/glob.js';

test('shell wildcards match names as fnmatch does', () => {
  const cases: [pattern: string, name: string, matches: boolean][] = [
    ['*.conf', 'a.conf', true],
    ['*.conf', 'aXconf', false],
    ['*.conf', 'a.conf~', false],
    ['0?-*', '00-x', true],
    ['[a-c].conf', 'b.conf', true],
    ['[!a-c].conf', 'b.conf', false],
    ['[]x]', ']', true],
    ['a+b(c)', 'a+b(c)', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['[', '[', true],
    ['[a-]x', '-x', true],
    ['[\\]]', ']', true],
    ['*', '', true],
    ['a*b*c', 'a1b2b3c', true],
    ['a*b*c', 'a1b2b3', false],
    ['/new*', '/new/page', false],
    ['/*/page', '/new/page', true],
    ['/*/page', '/page', false],
    ['/new?page', '/new/page', false],
    ['/new[!a]page', '/new/page', false],
    ['/*b/*d', '/ab/bd', true],
  ];
  for (const [pattern, name, matches] of cases)
    assert.equal(compileGlob(pattern)(name), matches, `${pattern} ${name}`);
});

test('a bracket without its end is no wildcard, nor is an escaped one', () => {
  for (const text of ['*', 'a?', '[ab]', '\\\\*']) assert.ok(hasWildcards(text), text);
  for (const text of ['a', 'a[b', '\\*', '\\[a]']) assert.ok(!hasWildcards(text), text);
});

test('no text makes a pattern slow', () => {
  const before = performance.now();
  assert.equal(compileGlob('/*a*a*a*a*a*a*a*a*b')(`/${'a'.repeat(8000)}`), false);
  assert.ok(performance.now() - before < 1000);
});
