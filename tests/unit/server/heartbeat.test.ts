import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshPulse, nextBeat } from '../../../src/server/heartbeat.js';

/** What is done at looks so many milliseconds apart, when nothing is heard. */
function acts(...elapsed: number[]): string[] {
  let pulse = freshPulse;
  return elapsed.map((one) => {
    const step = nextBeat(pulse, one, 10);
    pulse = step.pulse;
    return step.act;
  });
}

const seconds = (count: number) => Array.from({ length: count }, () => 1000);

test('a gateway that says nothing is asked once, and killed after ten seconds', () => {
  assert.deepEqual(acts(...seconds(10)), ['ask', ...Array(8).fill('wait'), 'kill']);
});

test('time in which the supervisor itself stood still does not count', () => {
  assert.deepEqual(acts(3_600_000, 1000, 1000), ['ask', 'wait', 'wait']);
  const resumed = acts(1000, 3_600_000, ...seconds(7), 1000);
  assert.deepEqual(resumed.indexOf('kill'), 9, 'an hour counts as one and a half seconds');
});

test('looks that come a little late count in full', () => {
  assert.equal(acts(...Array(8).fill(1300)).at(-1), 'kill');
});
