import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findSetpriv } from '../../../src/base/as-identity.js';
import { interpreterAsker } from '../../../src/python/ask.js';
import { realMachine } from '../../../src/python/machine.js';
import { makeReadableFolder } from '../../support/run-folder.js';
import { daemonUser } from '../../support/users.js';

test('an interpreter in a folder that its user cannot enter does not answer, though root could start it', async (t) => {
  const user = daemonUser();
  if (!user) return t.skip('only root can make a folder of another user');
  const folder = makeReadableFolder('ask-');
  const closed = join(folder, 'closed');
  mkdirSync(closed);
  const python = join(closed, 'python');
  writeFileSync(
    python,
    '#!/bin/sh\nprintf "venvhost\\t3.11.2\\t/usr\\t/usr\\t/usr/bin/python3\\n"\n',
  );
  chmodSync(python, 0o755);
  const machine = realMachine();
  const setpriv = findSetpriv((path) => typeof machine.look(path) !== 'string');
  const who = { uid: user.uid, gid: user.gid, groups: [user.gid] };
  try {
    const open = await interpreterAsker(machine, setpriv)(python, who);
    assert.equal(open.ok, true);
    chownSync(closed, user.uid + 1, user.gid + 1);
    chmodSync(closed, 0o700);
    const asked = await interpreterAsker(machine, setpriv)(python, who);
    assert.equal(asked.ok, false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
