import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Control } from '../../src/protocol/control.js';
import { descriptorsClosed } from '../../src/supervisor/daemon.js';
import { findPythons } from '../support/pythons.js';
import { startDaemon } from './daemon.js';

const closes = (below: number) => `
import os
os.closerange(3, ${below})
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'closed']
`;

for (const python of findPythons().filter(
  (one) => one.supported || one.version.startsWith('2.7'),
)) {
  const dialect = python.version.startsWith('2') ? 2 : 3;

  test(`Python ${python.version}: an application that closes 3 to 1024 closes nothing of the server`, async () => {
    await using daemon = await startDaemon(python.executable, dialect);
    const gateway = await daemon.connect();
    const SCRIPT_FILENAME = daemon.script('closes.wsgi', closes(1024));
    gateway.request(1, { SCRIPT_FILENAME });
    assert.equal(String((await gateway.answer(1)).body), 'closed');
    const open = readdirSync(`/proc/${daemon.pid}/fd`).map(Number);
    assert.deepEqual(
      open.filter((fd) => fd > 2 && fd < 1024),
      [],
    );
    assert.ok(Math.max(...open) < 2048, 'the table of descriptors stays small');
    daemon.tell(Control.Stop, { graceful: 5, stacks: false });
    assert.deepEqual(await daemon.exited, { code: 0, signal: null });
  });

  test(`Python ${python.version}: a process whose descriptors the application closes ends with a word`, async () => {
    await using daemon = await startDaemon(python.executable, dialect);
    const gateway = await daemon.connect();
    const SCRIPT_FILENAME = daemon.script('closes.wsgi', closes(4096));
    gateway.request(1, { SCRIPT_FILENAME });
    assert.deepEqual(await daemon.exited, { code: descriptorsClosed, signal: null });
    assert.match(daemon.output.join(''), /^the application has closed descriptors of the server/m);
  });
}
