import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPcre } from '../../../src/config/pcre.js';

test('regular expressions of Apache match the same in JavaScript', () => {
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
    ['^[]x]+$', ']x', true],
    ['^[^]x]$', ']', false],
    ['^[a\\]b]+$', 'a]b', true],
    ['^a\\hb$', 'a b', true],
    ['^(?P<year>\\d{4})-(?P=year)$', '2020-2020', true],
    ['^(?<a>x)\\k<a>$', 'xx', true],
    ['^[\\w.-]+$', 'a.b-c', true],
    ['^a{2,3}$', 'aa', true],
    ['^/(?!static)', '/static', false],
    ['^[a-z-]+$', 'a-b', true],
    ['(?i)^[[:lower:]]$', 'A', true],
  ];
  for (const [pattern, text, matches] of cases)
    assert.equal(new RegExp(fromPcre(pattern)).test(text), matches, `${pattern} ${text}`);
});

test('what JavaScript would read as something else is refused', () => {
  for (const pattern of [
    '\\Qa\\E',
    '\\R',
    '\\p{L}',
    'a++',
    '(?>a)',
    '(?s)a',
    'x(?i)y',
    '[[:x:]]',
    '(',
  ])
    assert.throws(() => fromPcre(pattern), Error, pattern);
});
