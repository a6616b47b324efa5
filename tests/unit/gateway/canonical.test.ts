import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selfUrl, serverName, serverPort } from '../../../src/gateway/routing/canonical.js';
import { hostPlan } from './support/plans.js';

const off = { canonicalName: false, canonicalPhysicalPort: false };
const on = { canonicalName: true, canonicalPhysicalPort: false };
const physical = { canonicalName: false, canonicalPhysicalPort: true };
const both = { canonicalName: true, canonicalPhysicalPort: true };
const bare = hostPlan({ name: 'own' });
const withPort = hostPlan({ name: 'own', port: 8888 });
const secure = hostPlan({ name: 'own', scheme: 'https' });

test('name and port are what Apache says they are', () => {
  const cases = [
    [bare, 'said', off, 'said', 80],
    [bare, 'Said.:99', off, 'said', 99],
    [bare, '[::1]:5', off, '[::1]', 5],
    [bare, '', off, 'own', 80],
    [bare, 'said:99', on, 'own', 80],
    [bare, 'said', physical, 'said', 8080],
    [bare, 'said:99', physical, 'said', 99],
    [bare, 'said:99', both, 'own', 8080],
    [withPort, 'said', off, 'said', 8888],
    [withPort, 'said', physical, 'said', 8080],
    [withPort, 'said:99', on, 'own', 8888],
    [withPort, 'said:99', both, 'own', 8888],
    [secure, 'said', off, 'said', 443],
  ] as const;
  for (const [host, header, rules, name, port] of cases)
    assert.deepEqual(
      [serverName(host, header, rules), serverPort(host, header, rules, 8080)],
      [name, port],
      `${header} ${JSON.stringify(rules)}`,
    );
});

test('a redirect stays where the client is, unless the server calls itself otherwise', () => {
  const url = (host: typeof bare, header: string, rules: typeof off) =>
    selfUrl(host, header, { rules, localPort: 8080, path: '/a/' });
  assert.equal(url(bare, 'said', off), '/a/');
  assert.equal(url(bare, 'said:99', off), '/a/');
  assert.equal(url(bare, '', off), 'http://own/a/');
  assert.equal(url(bare, 'said:99', on), 'http://own/a/');
  assert.equal(url(bare, 'said', physical), 'http://said:8080/a/');
  assert.equal(url(withPort, 'said', off), 'http://said:8888/a/');
  assert.equal(url(secure, 'said:99', on), 'https://own/a/');
});
