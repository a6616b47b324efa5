import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globToRegExp } from '../../../src/config/glob.js';

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
  ];
  for (const [pattern, name, matches] of cases)
    assert.equal(globToRegExp(pattern).test(name), matches, `${pattern} ${name}`);
});
