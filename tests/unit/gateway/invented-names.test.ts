import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInvented } from '../../../src/gateway/routing/invented-names.js';
import { InventedGroups } from '../../../src/gateway/runtimes/invented-groups.js';
import type { EnvironmentRule, GroupName } from '../../../src/plan/plan.js';
import { hostPlan } from './support/plans.js';

const rules: readonly EnvironmentRule[] = [
  { kind: 'set', name: 'G', value: 'fixed' },
  {
    kind: 'set-if',
    attribute: 'Host',
    regex: '(.*)',
    ignoreCase: false,
    assignments: [
      { name: 'G', value: 'listed' },
      { name: 'G', value: '$1' },
    ],
  },
];
const host: GroupName = { kind: 'host' };
const env: GroupName = { kind: 'env', variable: 'G' };
const resource: GroupName = { kind: 'resource' };
const regex = { freeNames: true };

const cases: readonly (readonly [
  name: GroupName,
  about: { header?: string; G?: string; freeNames?: boolean; canonicalName?: boolean },
  invented: boolean,
])[] = [
  [{ kind: 'literal', name: 'a' }, { header: 'made.up' }, false],
  [{ kind: 'server' }, { header: 'made.up' }, false],
  [host, { header: 'made.up' }, true],
  [host, { header: 'sub.wild.example' }, true],
  [host, { header: 'made.up', canonicalName: true }, true],
  [host, { header: 'example.com' }, false],
  [host, { header: 'WWW.Example.com.:8080' }, false],
  [host, { header: '' }, false],
  [env, { G: 'fixed' }, false],
  [env, { G: 'listed' }, false],
  [env, { G: 'made up' }, true],
  [env, {}, false],
  [env, { G: '%{GLOBAL}' }, false],
  [env, { G: '%{HOST}', header: 'made.up' }, true],
  [env, { G: '%{HOST}', header: 'example.com' }, false],
  [resource, {}, false],
  [resource, regex, true],
];

for (const [
  name,
  { header = 'example.com', G, freeNames = false, canonicalName = false },
  invented,
] of cases)
  test(`${JSON.stringify(name)} with Host ${JSON.stringify(header)}, G ${G} is ${invented ? '' : 'not '}invented${freeNames ? ' of a regex' : ''}${canonicalName ? ' with UseCanonicalName' : ''}`, () => {
    const context = {
      host: hostPlan({ name: 'example.com', aliases: ['www.example.com', '*.wild.example'] }),
      header,
      rules: { canonicalName, canonicalPhysicalPort: false },
      localPort: 80,
      scriptName: '/app',
      variables: new Map(G === undefined ? [] : [['G', G]]),
    };
    assert.equal(
      isInvented(name, context, { freeNames, settings: { environment: rules } }),
      invented,
    );
  });

test('of many names the one goes that was not asked for the longest, if nothing is under way for it', () => {
  const busy = new Set<string>();
  const ended: string[] = [];
  const names = new InventedGroups({
    room: 3,
    serves: (name) => busy.has(name),
    end: (name) => ended.push(name),
  });
  for (const [at, name] of ['a', 'b', 'c'].entries()) assert.ok(names.use(name, at));
  assert.ok(!names.use('d', 59_000));
  assert.ok(names.use('a', 59_000));
  busy.add('b');
  assert.ok(names.use('d', 70_000));
  assert.deepEqual(ended, ['c']);
  assert.ok(!names.use('e', 70_000));
  names.tick(300_000);
  assert.deepEqual(ended, ['c']);
  names.tick(660_000);
  assert.deepEqual(ended, ['c', 'a']);
  assert.ok(names.use('e', 660_000));
});
