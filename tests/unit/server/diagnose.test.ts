import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnoseGroup } from '../../../src/server/diagnose.js';
import { describedMachine } from '../../support/described-machine.js';
import { groupPlan } from '../supervisor/fake-daemon.js';

const group = groupPlan({ python: { home: '/srv/venv', executable: '/srv/venv/bin/python' } });

test('a group whose environment was removed while the server ran is told so, with its code', async () => {
  const finding = await diagnoseGroup(group, describedMachine('folder /srv'));
  assert.equal(finding?.code, 'home-missing');
});

test('a group whose Python was upgraded away is told which one it was', async () => {
  const machine = describedMachine(
    'cfg /srv/venv /opt/py/bin 3.9.2\nlink /srv/venv/bin/python /opt/py/bin/python3.9',
  );
  assert.equal((await diagnoseGroup(group, machine))?.code, 'base-python-missing');
});

test('of a sound environment nothing is said, and root looks at none without another user', async () => {
  assert.equal(await diagnoseGroup(group, describedMachine('venv /srv/venv 3.11.2')), undefined);
  assert.equal(await diagnoseGroup(group, describedMachine('root')), undefined);
});
