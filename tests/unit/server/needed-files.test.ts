import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '../../../src/plan/plan.js';
import { demandFiles, neededFiles } from '../../../src/server/needed-files.js';

/** Groups of one process each, whose first script is imported in `applicationGroups`. */
function plan(
  groups: number,
  isolation: 'interpreters' | 'processes',
  applicationGroups: readonly string[],
): Plan {
  const preload = applicationGroups.map((applicationGroup) => ({ script: '/s', applicationGroup }));
  return {
    gateways: { count: 1 },
    listeners: [{ port: 80 }],
    logs: ['/log'],
    hosts: [],
    processGroups: Array.from({ length: groups }, (_, index) => ({
      name: `g${index}`,
      processes: 2,
      isolation,
      preload,
    })),
  } as unknown as Plan;
}

test('every daemon takes four open files of the supervisor', () => {
  const few = neededFiles(plan(100, 'interpreters', ['']));
  assert.equal(neededFiles(plan(200, 'interpreters', [''])) - few, 100 * 2 * 4);
});

test('application groups count where they are processes of their own', () => {
  const one = neededFiles(plan(100, 'processes', ['']));
  assert.equal(neededFiles(plan(100, 'processes', ['', 'a'])) - one, 100 * 2 * 4);
  assert.equal(
    neededFiles(plan(100, 'interpreters', ['', 'a'])),
    neededFiles(plan(100, 'interpreters', [''])),
  );
});

test('a few more than may be had is an error with both numbers', () => {
  demandFiles(10, 10);
  assert.throws(() => demandFiles(11, 10), {
    message: 'the server needs 11 open files for its processes, and may have 10',
  });
});
