import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asIdentity, findSetpriv } from '../../../src/base/as-identity.js';

test('without an identity a command stays as it is', () => {
  assert.deepEqual(asIdentity(undefined, ['a', 'b'], '/usr/bin/setpriv'), ['a', 'b']);
});

test('an identity is switched to with all its groups, and with none', () => {
  assert.deepEqual(
    asIdentity({ uid: 1, gid: 2, groups: [2, 3] }, ['a', '-b'], '/usr/bin/setpriv'),
    ['/usr/bin/setpriv', '--reuid', '1', '--regid', '2', '--groups', '2,3', '--', 'a', '-b'],
  );
  assert.equal(
    asIdentity({ uid: 1, gid: 2, groups: [] }, ['a'], 'setpriv').includes('--clear-groups'),
    true,
  );
});

test('setpriv is looked for where systems keep it, never on PATH', () => {
  assert.equal(
    findSetpriv((path) => path === '/bin/setpriv'),
    '/bin/setpriv',
  );
  assert.equal(
    findSetpriv(() => false),
    undefined,
  );
});
