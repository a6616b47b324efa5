import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Control } from '../../src/protocol/control.js';
import { compareVersions } from '../../src/python/installed.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, startDaemon } from './daemon.js';

/** Counts in each interpreter; has threads that end with their work, as most applications. */
const counts = `
import json, logging, threading, decimal, sqlite3
count = 0
def note():
    global count
    count += 1
def application(environ, start_response):
    thread = threading.Thread(target=note)
    thread.start()
    thread.join()
    start_response('200 OK', [])
    return [str(count).encode()]
`;
const hasExtension = `
import sys
sys.modules['extension'] = type(sys)('extension')
sys.modules['extension'].__file__ = '/srv/venv/lib/extension.so'
`;
const hasThread = `
import threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
`;
/** So many stay without a connection. */
const reserve = 8;

for (const python of findPythons().filter((one) => compareVersions(one.version, '3.8') >= 0)) {
  const behaviour = (sentence: string, body: (daemon: Daemon) => Promise<void>) =>
    test(`Python ${python.version}: ${sentence}`, { timeout: 100_000 }, async () => {
      await using daemon = await startDaemon(python.executable, 3, { sub_interpreters: true });
      await body(daemon);
    });

  behaviour('interpreters of invented names end with their connections', async (daemon) => {
    const script = daemon.script('counts.wsgi', counts);
    const known = await daemon.connect('known');
    known.request(1, { SCRIPT_FILENAME: script });
    assert.equal((await known.answer(1)).body.toString(), '1');
    const before = descriptors(daemon);
    const visits = 30;
    for (let index = 0; index < visits; index++) await visit(daemon, script, `h${index}.example`);
    await daemon.until('all but a reserve end', () => ended(daemon).length === visits - reserve);
    assert.equal(ended(daemon)[0], 'h0.example');
    // What was in the reserve is still there, what has ended is made anew.
    assert.equal(await visit(daemon, script, `h${visits - 1}.example`), '2');
    assert.equal(await visit(daemon, script, 'h0.example'), '1');
    known.request(2, { SCRIPT_FILENAME: script });
    assert.equal((await known.answer(2)).body.toString(), '2');
    // Their threads go first.
    while (descriptors(daemon) > before + 60) await pause(10);
    assert.ok(!daemon.control.some(({ kind }) => kind === Control.Leaving));
    // A successor does not import for what was only invented.
    const loaded = daemon.control.filter(({ kind }) => kind === Control.Loaded);
    assert.deepEqual(
      loaded.map(({ value }) => (value as { application_group: string }).application_group),
      ['known'],
    );
    daemon.tell(Control.Stop, { graceful: 5, stacks: false });
    assert.deepEqual(await daemon.exited, { code: 0, signal: null });
  });

  for (const [what, source] of [
    ['an extension module', hasExtension],
    ['a thread', hasThread],
  ] as const)
    behaviour(
      `of an interpreter with ${what} too much is left: the process gives its place up`,
      async (daemon) => {
        const script = daemon.script('stays.wsgi', counts + source);
        let visits = 0;
        while (!daemon.control.some(({ kind }) => kind === Control.Leaving)) {
          assert.ok(visits < 60, 'it never leaves');
          await visit(daemon, script, `h${visits++}.example`);
        }
        const leaving = daemon.control.find(({ kind }) => kind === Control.Leaving)?.value;
        assert.equal((leaving as { reason: string }).reason, 'application-groups');
        assert.equal((await daemon.exited).code, 0);
      },
    );
}

/** One request by a gateway that gives the name up afterwards; empty where it was not taken. */
async function visit(daemon: Daemon, script: string, name: string): Promise<string> {
  const gateway = await daemon.connect(name, { invented: true });
  if (gateway.closed()) return '';
  gateway.request(1, { SCRIPT_FILENAME: script });
  const { body } = await gateway.answer(1);
  gateway.socket.end();
  await gateway.until('closed', gateway.closed);
  return body.toString();
}

function ended(daemon: Daemon): string[] {
  return daemon.messages.flatMap(
    ({ text }) => /^ending sub-interpreter "(.+)"/.exec(text)?.[1] ?? [],
  );
}

function descriptors(daemon: Daemon): number {
  return fs.readdirSync(`/proc/${daemon.pid}/fd`).length;
}
