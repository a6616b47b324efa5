import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeLog } from '../../../src/gateway/access-log.js';
import type { Exchange } from '../../../src/gateway/http/exchange.js';
import { compileAccess } from '../../../src/gateway/routing/access.js';
import { createClientNames } from '../../../src/gateway/routing/client-names.js';
import { expandCallable, expandGroup } from '../../../src/gateway/routing/group-names.js';
import { compileVariables } from '../../../src/gateway/routing/variables.js';
import {
  type Candidate,
  capacityOf,
  chooseProcess,
  extraRequests,
  meanAfter,
  shouldMove,
} from '../../../src/gateway/runtimes/policy.js';
import { createQueue } from '../../../src/gateway/runtimes/queue.js';
import type { AccessRule } from '../../../src/plan/plan.js';
import { hostPlan, settings } from './support/plans.js';

function asked(remoteAddress: string, method = 'GET', rawHeaders: string[] = []): Exchange {
  return {
    method,
    rawHeaders,
    version: '1.1',
    peer: { remoteAddress, localAddress: '10.0.0.1' },
  } as unknown as Exchange;
}

const ip: AccessRule = { kind: 'ip', networks: ['10.1.0.0/16', '2001:db8::/32'] };
const get: AccessRule = { kind: 'method', methods: ['GET'] };
const rules: [name: string, rule: AccessRule, address: string, allowed: boolean][] = [
  ['granted', { kind: 'granted' }, '1.2.3.4', true],
  ['denied', { kind: 'denied' }, '1.2.3.4', false],
  ['an address in the network', ip, '10.1.2.3', true],
  ['an address outside', ip, '10.2.0.1', false],
  ['an IPv6 address in the network', ip, '2001:db8::1', true],
  ['no address', ip, '', false],
  ['local by loopback', { kind: 'local' }, '127.0.0.9', true],
  ['local by the same address', { kind: 'local' }, '10.0.0.1', true],
  ['not local', { kind: 'local' }, '10.0.0.2', false],
  ['a method', get, '1.2.3.4', true],
  [
    'all with not',
    { kind: 'all', of: [{ kind: 'granted' }, { kind: 'not', of: ip }] },
    '10.1.2.3',
    false,
  ],
  [
    'all with not, elsewhere',
    { kind: 'all', of: [{ kind: 'granted' }, { kind: 'not', of: ip }] },
    '9.9.9.9',
    true,
  ],
  ['any', { kind: 'any', of: [ip, { kind: 'local' }] }, '127.0.0.1', true],
  ['any of none', { kind: 'any', of: [ip, { kind: 'local' }] }, '9.9.9.9', false],
  ['none alone grants nothing', { kind: 'none', of: [ip] }, '9.9.9.9', false],
  ['none within all', { kind: 'all', of: [get, { kind: 'none', of: [ip] }] }, '9.9.9.9', true],
];
for (const [name, rule, address, allowed] of rules) {
  test(`access: ${name}`, () => {
    const question = {
      exchange: asked(address),
      variables: new Map<string, string>(),
      names: undefined,
    };
    assert.equal(compileAccess(rule).allows(question), allowed);
  });
}

test('access by variable and by host name', () => {
  const question = {
    exchange: asked('1.2.3.4'),
    variables: new Map([['ok', '']]),
    names: ['a.example.org'],
  };
  assert.equal(compileAccess({ kind: 'env', names: ['ok'] }).allows(question), true);
  assert.equal(compileAccess({ kind: 'host', names: ['example.org'] }).allows(question), true);
  assert.equal(compileAccess({ kind: 'host', names: ['ample.org'] }).allows(question), false);
});

test('a name counts only when its own address leads back', async () => {
  const names = createClientNames({
    reverse: async () => ['good.example', 'liar.example'],
    lookup: (async (name: string) => [
      { address: name === 'good.example' ? '1.2.3.4' : '9.9.9.9', family: 4 },
    ]) as never,
  });
  const found = await new Promise<readonly string[]>((resolve) => names.find('1.2.3.4', resolve));
  assert.deepEqual(found, ['good.example']);
});

test('SetEnv, UnsetEnv and SetEnvIf give the variables', () => {
  const of = compileVariables([
    { kind: 'set', name: 'A', value: '1' },
    { kind: 'set', name: 'B', value: '2' },
    { kind: 'unset', name: 'B' },
    {
      kind: 'set-if',
      attribute: 'User-Agent',
      regex: '(fox)',
      ignoreCase: true,
      assignments: [{ name: 'BROWSER', value: 'fire$1' }],
    },
    {
      kind: 'set-if',
      attribute: 'BROWSER',
      regex: '^fire',
      ignoreCase: false,
      assignments: [{ name: 'C', value: '3' }],
    },
  ]);
  const seen = of(asked('1.2.3.4', 'GET', ['User-Agent', 'x Fox y']), '/');
  assert.deepEqual(Object.fromEntries(seen), { A: '1', BROWSER: 'fireFox', C: '3' });
  assert.deepEqual(Object.fromEntries(of(asked('1.2.3.4'), '/')), { A: '1' });
});

test('group names expand as in mod_wsgi', () => {
  const context = (header: string, variables = {}) => ({
    host: hostPlan({ name: 'example.com' }),
    header,
    rules: settings,
    localPort: 8080,
    scriptName: '/app',
    variables: new Map<string, string>(Object.entries(variables)),
  });
  assert.equal(expandGroup({ kind: 'resource' }, context('example.com')), 'example.com|/app');
  assert.equal(
    expandGroup({ kind: 'resource' }, context('example.com:8080')),
    'example.com:8080|/app',
  );
  assert.equal(
    expandGroup({ kind: 'resource' }, context('example.com:9999')),
    'example.com|/app',
    'an invented port',
  );
  assert.equal(expandGroup({ kind: 'server' }, context('other:443')), 'example.com');
  assert.equal(expandGroup({ kind: 'host' }, context('Other.Example')), 'other.example');
  const env = { kind: 'env', variable: 'G' } as const;
  assert.equal(expandGroup(env, context('a', { G: 'x' })), 'x');
  assert.equal(expandGroup(env, context('a', { G: '%{GLOBAL}' })), '');
  assert.equal(expandGroup(env, context('a')), '%{ENV:G}');
  assert.equal(expandCallable(env, new Map()), 'application');
  assert.equal(expandCallable(env, new Map([['G', 'app']])), 'app');
});

const place = (about: Partial<Candidate>): Candidate => ({
  inFlight: 0,
  threads: 2,
  meanMilliseconds: 50,
  silentSince: 0,
  takes: true,
  extras: true,
  ...about,
});

test('the least busy process is chosen, a fresh one before a silent one', () => {
  const idle = place({});
  const busy = place({ inFlight: 1 });
  const full = place({ inFlight: 2 });
  const silent = place({ inFlight: 0, silentSince: 1 });
  const closed = place({ takes: false });
  assert.equal(chooseProcess([busy, idle, full], 5000), idle);
  assert.equal(chooseProcess([silent, busy], 5000), busy);
  assert.equal(chooseProcess([silent, busy], 500), silent, 'not silent for long');
  assert.equal(chooseProcess([silent, full], 5000), silent);
  assert.equal(chooseProcess([full, closed], 5000), undefined);
});

test('a process gets as many requests more than its threads as these finish within a millisecond', () => {
  assert.equal(capacityOf(place({ meanMilliseconds: 0 })), 2 + extraRequests);
  assert.equal(capacityOf(place({ meanMilliseconds: 0.1 })), 2 + 20);
  assert.equal(capacityOf(place({ meanMilliseconds: 0.5 })), 6);
  assert.equal(capacityOf(place({ meanMilliseconds: 5 })), 2);
  assert.equal(capacityOf(place({ threads: 15, meanMilliseconds: 10 })), 16);
  assert.equal(capacityOf(place({ threads: 15, meanMilliseconds: 100 })), 15);
  assert.equal(capacityOf(place({ meanMilliseconds: -1 })), 2, 'not measured yet');
});

test('the mean takes out the time that requests waited for each other', () => {
  assert.equal(meanAfter(-1, { milliseconds: 4, inFlight: 8, threads: 2 }), 1);
  assert.equal(meanAfter(1, { milliseconds: 9, inFlight: 1, threads: 2 }), 2);
});

test('a request moves after a second, and only when there is a place', () => {
  assert.equal(shouldMove(0, 1000, true), true);
  assert.equal(shouldMove(0, 1000, false), false);
  assert.equal(shouldMove(0, 999, true), false);
});

test('what comes back stands at the front of the queue', () => {
  const queue = createQueue<number>();
  for (const entry of [3, 4]) queue.add(entry);
  queue.addFirst(2);
  queue.addFirst(1);
  assert.equal(queue.length, 4);
  assert.deepEqual(
    [queue.take(), queue.take(), queue.take(), queue.take(), queue.take()],
    [1, 2, 3, 4, undefined],
  );
});

test('client data cannot forge a log line', () => {
  assert.equal(escapeLog('a"b\\c\r\nd\x1b\x7f\u00e9'), 'a\\"b\\\\c\\r\\nd\\x1b\\x7f\\xe9');
});
