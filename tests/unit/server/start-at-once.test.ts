import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupName, Plan } from '../../../src/plan/plan.js';
import { startAtOnce } from '../../../src/server/start-at-once.js';

const literal = (name: string): GroupName => ({ kind: 'literal', name });

function plan(mounts: object[], sections: object[] = [], processGroups: object[] = []): Plan {
  const settings = { processGroup: literal(''), applicationGroup: { kind: 'resource' } };
  return { processGroups, hosts: [{ settings, sections, mounts }] } as unknown as Plan;
}

const mount = (override: object) => ({
  url: { kind: 'prefix', prefix: '/blog' },
  target: '/srv/blog.wsgi',
  folder: false,
  override,
});
const section = (path: string, settings: object) => ({
  kind: 'directory',
  match: { kind: 'prefix', path },
  settings,
});

test('a mount that names both groups has its processes at once', () => {
  const override = { processGroup: literal('blog'), applicationGroup: literal('') };
  assert.deepEqual(startAtOnce(plan([mount(override)])), [
    { processGroup: 'blog', applicationGroup: '' },
  ]);
});

test('a name that depends on the request waits for one', () => {
  assert.deepEqual(startAtOnce(plan([mount({ processGroup: literal('blog') })])), []);
});

test('sections count where the mount says nothing', () => {
  const settings = { processGroup: literal('a'), applicationGroup: literal('') };
  assert.deepEqual(startAtOnce(plan([mount({})], [section('/srv', settings)])), [
    { processGroup: 'a', applicationGroup: '' },
  ]);
});

test('sections of other folders start nothing, nor do names that another section replaces', () => {
  const [one, other] = ['a', 'b'].map((name) => ({
    processGroup: literal(name),
    applicationGroup: literal(''),
  })) as [object, object];
  assert.deepEqual(startAtOnce(plan([mount({})], [section('/var', one)])), []);
  assert.deepEqual(startAtOnce(plan([mount({})], [section('/', one), section('/srv', other)])), [
    { processGroup: 'b', applicationGroup: '' },
  ]);
});

test('embedded mode starts no process', () => {
  const settings = { applicationGroup: literal('') };
  assert.deepEqual(startAtOnce(plan([mount({})], [section('/', settings)])), []);
});

test('preloaded scripts have their processes at once, each pair once', () => {
  const group = { name: 'blog', preload: [{ applicationGroup: 'a' }, { applicationGroup: 'a' }] };
  assert.deepEqual(startAtOnce(plan([], [], [group])), [
    { processGroup: 'blog', applicationGroup: 'a' },
  ]);
});
