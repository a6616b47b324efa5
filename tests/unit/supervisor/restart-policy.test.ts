import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  afterDeath,
  afterFailedImport,
  delayAfterDeaths,
  delayAfterImports,
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

test('a process that lived long enough starts the count anew', () => {
  const before = { deaths: 5, imports: 3 };
  assert.deepEqual(afterDeath(before, 9_999), { deaths: 6, imports: 3 });
  assert.deepEqual(afterDeath(before, 10_000), { deaths: 1, imports: 0 });
  assert.deepEqual(afterFailedImport(before, 9_999), { deaths: 0, imports: 4 });
  assert.deepEqual(afterFailedImport(before, 10_000), { deaths: 0, imports: 1 });
});
