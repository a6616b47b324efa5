import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, whyNotLinear } from '../../../src/patterns/pattern.js';
import { MatchTimeout, timed } from '../../../src/patterns/timed.js';

/** Of these none may take more than a blink; without bounds the first ones take years. */
const blink = 2000;

const attacks: [pattern: string, text: string, matches: boolean][] = [
  ['^/a/(\\w+\\s?)*$', `/a/${'a'.repeat(41)}!`, false],
  ['^/a/(\\w+\\s?)*$', `/a/${'a'.repeat(8000)}!`, false],
  ['(.*;)*\\s*sid=x$', ';'.repeat(60), false],
  ['(.*;)*\\s*sid=x$', `${';'.repeat(8000)} sid=x`, true],
  ['^/~([^/]+)(/?.*)*/x$', `/~${'a'.repeat(43)}`, false],
  ['\\s+$', `${' '.repeat(8000)}x`, false],
  ['(x+x+)+y', 'x'.repeat(8000), false],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(8000), false],
  ['.*.*.*.*=.*', 'a'.repeat(8000), false],
  ['(?:a?){40}a{40}', 'a'.repeat(40), true],
];

test('a pattern takes time in proportion to the text', () => {
  for (const [pattern, text, matches] of attacks) {
    const compiled = compilePattern(pattern);
    const start = performance.now();
    for (let turn = 0; turn < 20; turn++) assert.equal(compiled.test(text), matches, pattern);
    assert.ok(performance.now() - start < blink, `${pattern}: ${performance.now() - start} ms`);
    assert.equal(whyNotLinear(pattern), undefined);
  }
});

test('what has no linear form is given up, and not tried again at once', () => {
  const text = `${'a'.repeat(60)}?`;
  const around = compilePattern('^(?!x)(\\w+\\s?)*$');
  const back = compilePattern('^((\\w+)\\s?)*\\2!$');
  const start = performance.now();
  assert.throws(() => around.exec(text), MatchTimeout);
  for (let turn = 0; turn < 1000; turn++) assert.throws(() => back.test(text), MatchTimeout);
  assert.ok(performance.now() - start < blink);
  assert.equal(compilePattern('^/(?!static)').test(`/${text}`), true, 'others go on');
});

test('lookaround and back-references are named where texts could make them slow, and only there', () => {
  const cases: [pattern: string, reason: RegExp | undefined][] = [
    ['^/(?!static/)', undefined],
    ['^/(?!static/).*\\.php$', undefined],
    ['(?<!x)\\.php$', undefined],
    ['^(?!x)(\\w+\\s?)*$', /it looks around with "\(\?!"/],
    ['(\\w+)-\\1', /it refers back with "\\1"/],
    ['(?=.*a)(?=.*b)', /it looks around with "\(\?="/],
    ['(a*){2000}', /it is too large/],
  ];
  for (const [pattern, reason] of cases)
    if (reason) assert.match(whyNotLinear(pattern) ?? '', reason, pattern);
    else assert.equal(whyNotLinear(pattern), undefined, pattern);
});

test("time in which the processor was somebody else's is no long match", () => {
  const slept = new Int32Array(new SharedArrayBuffer(4));
  const sleep = () => Atomics.wait(slept, 0, 0, 10);
  assert.equal(timed('busy machine', sleep), 'timed-out');
  assert.equal(timed('busy machine', sleep), 'timed-out', 'it is tried again at once');
});
