import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupName, Plan } from '../../../src/plan/plan.js';
import { startAtOnce } from '../../../src/server/start-at-once.js';

const literal = (name: string): GroupName => ({ kind: 'literal', name });

function plan(mounts: object[], sections: object[] = [], processGroups: object[] = []): Plan {
  const settings = { processGroup: literal(''), applicationGroup: { kind: 'resource' } };
  return { processGroups, hosts: [{ settings, sections, mounts }] } as unknown as Plan;
}

test('a mount that names both groups has its processes at once', () => {
  const override = { processGroup: literal('blog'), applicationGroup: literal('') };
  assert.deepEqual(startAtOnce(plan([{ override }])), [
    { processGroup: 'blog', applicationGroup: '' },
  ]);
});

test('a name that depends on the request waits for one', () => {
  assert.deepEqual(startAtOnce(plan([{ override: { processGroup: literal('blog') } }])), []);
});

test('sections count where the mount says nothing', () => {
  const section = { settings: { processGroup: literal('a'), applicationGroup: literal('') } };
  assert.deepEqual(startAtOnce(plan([{ override: {} }], [section])), [
    { processGroup: 'a', applicationGroup: '' },
  ]);
});

test('embedded mode starts no process', () => {
  const section = { settings: { applicationGroup: literal('') } };
  assert.deepEqual(startAtOnce(plan([{ override: {} }], [section])), []);
});

test('preloaded scripts have their processes at once, each pair once', () => {
  const group = { name: 'blog', preload: [{ applicationGroup: 'a' }, { applicationGroup: 'a' }] };
  assert.deepEqual(startAtOnce(plan([], [], [group])), [
    { processGroup: 'blog', applicationGroup: 'a' },
  ]);
});
