import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterDeath,
  afterReady,
  delayAfterCrashes,
  delayAfterDeaths,
  delayAfterImports,
  type Failures,
  noFailures,
} from '../../../src/supervisor/restart-policy.js';

test('the delay doubles with each death from 0.1 s to 10 s', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 7, 8, 100].map(delayAfterDeaths),
    [0, 100, 200, 400, 6400, 10_000, 10_000],
  );
});

test('a failed import is tried again at once, then with delays up to 1 s', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 5, 6, 50].map(delayAfterImports),
    [0, 0, 100, 200, 800, 1000, 1000],
  );
});

test('what crashes while it serves is replaced at once, then within a tenth of a second', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5, 100].map((crashes) => delayAfterCrashes(crashes, 1)),
    [0, 0, 25, 50, 100, 100, 100],
  );
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75].map((share) => delayAfterCrashes(9, share)),
    [50, 63, 75, 88],
    'processes of one group are spread',
  );
});

const before: Failures = { starts: 2, deaths: 5, crashes: 4 };

test('only deaths before ready, or without a request, make the next start wait longer and longer', () => {
  assert.deepEqual(afterDeath(before, 'unready', 9_999), {
    ...before,
    starts: 3,
    deaths: 6,
    crashes: 0,
  });
  assert.deepEqual(afterDeath(before, 'unused', 9_999), { ...noFailures, starts: 2, deaths: 6 });
  assert.deepEqual(afterDeath(before, 'used', 9_999), { ...noFailures, crashes: 5 });
  assert.deepEqual(afterReady(before), { ...before, starts: 0 });
});

test('a process that lived long enough starts the count anew, but not one that was never ready', () => {
  assert.deepEqual(afterDeath(before, 'unused', 10_000), { ...noFailures, deaths: 1 });
  assert.deepEqual(afterDeath(before, 'used', 10_000), { ...noFailures, crashes: 1 });
  assert.equal(afterDeath(before, 'unready', 60_000).deaths, 6);
});
