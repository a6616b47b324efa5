import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../src/base/events.js';
import type { Plan } from '../../../src/plan/plan.js';
import { explainImports } from '../../../src/server/explain-imports.js';
import { groupPlan } from '../supervisor/fake-daemon.js';

const script = '/srv/blog/app.wsgi';
/** What is read of a plan for this. */
const plan = {
  processGroups: [groupPlan({ preload: [{ script, applicationGroup: '' }] })],
  hosts: [],
} as unknown as Plan;

test('a process that says often what it did not find does not keep the server busy with looking', () => {
  let looks = 0;
  const told: Event[] = [];
  const look = () => 'missing' as const;
  const list = () => {
    looks++;
    // A large folder.
    for (const until = performance.now() + 5; performance.now() < until; );
    return [];
  };
  const emit = explainImports(plan, { look, list }, (event) => told.push(event));
  for (let number = 0; number < 100; number++)
    emit({
      ...{ type: 'runtime-message', processGroup: 'blog', applicationGroup: '', pid: 1 },
      ...{ level: 'error', text: '', missing: { module: `m${number}`, script } },
    });
  assert.equal(told.length, 100);
  assert.ok('hint' in (told[0] as Event), 'the first one is explained');
  // Some 100 ms, of the 2 s that all would take.
  assert.ok(looks <= 25, `${looks} folders were read`);
});
