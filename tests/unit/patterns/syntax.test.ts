import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern } from '../../../src/patterns/pattern.js';

test('regular expressions are read as Apache reads them', () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ['^\\.ht', '.htaccess', true],
    ['.+\\.ph(?:ar|p|tml)$', 'x.php', true],
    ['(?i)\\.(bak|SQL)$', 'x.BaK', true],
    ['(?i)[a-f]x[^b]', 'CXB', false],
    ['(?i)^\\d\\w$', '1x', true],
    ['\\A/x\\z', '/x', true],
    ['\\A/x\\z', 'A/xz', false],
    ['^[[:alpha:]_-]+$', 'ab_-', true],
    ['^[[:digit:]]$', ':', false],
    ['^[[:^digit:]]$', ':', true],
    ['^[]x]+$', ']x', true],
    ['^[^]x]$', ']', false],
    ['^[a\\]b]+$', 'a]b', true],
    ['^a\\hb$', 'a b', true],
    ['^(?P<year>\\d{4})-(?P=year)$', '2020-2020', true],
    ['^(?<a>x)\\k<a>$', 'xx', true],
    ['^(x)\\g{-1}$', 'xx', true],
    ['^[\\w.-]+$', 'a.b-c', true],
    ['^a{2,3}$', 'aa', true],
    ['^a{,3}$', 'a{,3}', true],
    ['^/(?!static)', '/static', false],
    ['^[a-z-]+$', 'a-b', true],
    ['^[a-\\d]+$', 'a-7', true],
    ['(?i)^[[:lower:]]$', 'A', true],
    ['x(?i)y', 'xY', true],
    ['x(?i)y', 'XY', false],
    ['^(?:a(?i)b|c)d$', 'aBd', true],
    ['^(?:a(?i)b|c)d$', 'CD', false],
    ['^\\Qa.b\\E$', 'a.b', true],
    ['^\\Qa.b\\E$', 'axb', false],
    ['^\\x2fa\\057b$', '/a/b', true],
    ['^(?x) a b # c\n$', 'ab', true],
    ['^a(?#comment)b$', 'ab', true],
  ];
  for (const [pattern, text, matches] of cases)
    assert.equal(compilePattern(pattern).test(text), matches, `${pattern} ${text}`);
});

test('a line feed is a character like others, and $ is the very end', () => {
  assert.equal(compilePattern('^/a.*z$').test('/a\nz'), true);
  assert.equal(compilePattern('^/admin$').test('/admin\n'), false);
  assert.equal(compilePattern('^/admin\\Z').test('/admin\n'), true);
  assert.equal(compilePattern('(?-s)^/a.*z$').test('/a\nz'), false);
});

test('spaces and letters are those of ASCII', () => {
  assert.equal(compilePattern('^\\s$').test('\xa0'), false);
  assert.equal(compilePattern('^\\s$').test('\v'), true);
  assert.equal(compilePattern('^\xe4$', { ignoreCase: true }).test('\xc4'), false);
  assert.equal(compilePattern('^k$', { ignoreCase: true }).test('\u212a'), false);
});

test('what cannot be matched as PCRE does it is refused', () => {
  const cases: [pattern: string, reason: RegExp][] = [
    ['\\R', /"\\R" is not understood/],
    ['\\p{L}', /"\\p" is not understood/],
    ['a++', /"\+\+" \(which never gives back\)/],
    ['(?>a)', /is not understood/],
    ['(?m)a', /flags are understood/],
    ['[[:x:]]', /\[:x:\]/],
    ['(', /unterminated group/],
    [')', /unmatched/],
    ['[a', /unterminated character class/],
    ['*a', /nothing to repeat/],
    ['a**', /nothing to repeat/],
    ['a{3,2}', /numbers out of order/],
    ['\\2(a)', /"\\2" refers to no group/],
    ['(?<a>x)(?<a>y)', /two groups/],
    ['a\\', /at end of pattern/],
    ['(?i)(a)\\1', /upper and lower case/],
    ['a'.repeat(40_000), /too large/],
    ['(?:ab{9}){9999}', /too large/],
  ];
  for (const [pattern, reason] of cases)
    assert.throws(() => compilePattern(pattern), reason, pattern);
});

test('names of groups reach whoever asks', () => {
  const match = compilePattern('^/(?<user>[^/]+)/(?P<page>.*)$').exec('/ann/x');
  assert.deepEqual({ ...match?.groups }, { user: 'ann', page: 'x' });
});
