import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from './config.js';

const passwd = ['root:x:0:0::/root:/bin/sh', 'www-data:x:33:33::/var/www:/bin/sh'];
const account = 'venvhost:x:900:900::/:/bin/sh';
const machine = (...users: string[]) =>
  `root\nfile /srv/app.wsgi\ntext /etc/passwd ${[...passwd, ...users].join('\\n')}\\n`;
const daemon = `Listen 80
User www-data
WSGIDaemonProcess blog
WSGIScriptAlias / /srv/app.wsgi process-group=blog
`;

async function users(text: string, ...accounts: string[]) {
  const { plan } = await planOf(text, { machine: machine(...accounts) });
  return [plan.gateways.identity?.user, plan.processGroups[0]?.identity?.user];
}

test('gateways run as User, or as venvhost where the machine has that user', async () => {
  assert.deepEqual(await users(daemon), ['www-data', 'www-data']);
  assert.deepEqual(await users(daemon, account), ['venvhost', 'www-data']);
});

test('GatewayUser wins, and its group too', async () => {
  const text = `${daemon}GatewayUser front www-data\n`;
  const { plan } = await planOf(text, { machine: machine(account, 'front:x:901:901::/:/bin/sh') });
  assert.equal(plan.gateways.identity?.user, 'front');
  assert.equal(plan.gateways.identity?.gid, 33);
});

test('gateways of a user of their own are in the group of User', async () => {
  const { plan } = await planOf(daemon, { machine: machine(account) });
  assert.deepEqual(plan.gateways.identity?.groups, [900, 33]);
  assert.deepEqual(plan.processGroups[0]?.identity?.groups, [33]);
});

test('where something may run in embedded mode it stays the user of User', async () => {
  const embedded = `${daemon}WSGIScriptAlias /inside /srv/app.wsgi\n`;
  assert.deepEqual(await users(embedded, account), ['www-data', 'www-data']);
  assert.deepEqual(await users(`${embedded}WSGIProcessGroup blog\n`, account), [
    'venvhost',
    'www-data',
  ]);
});

test('without another user who is apart, sharing is not worth a word', async () => {
  const { codes } = await planOf(daemon, { machine: machine() });
  assert.ok(!codes.includes('gateway-user-shared'));
});
