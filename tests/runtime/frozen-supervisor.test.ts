import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Control } from '../../src/protocol/control.js';
import { findPythons } from '../support/pythons.js';
import { startDaemon } from './daemon.js';

/** Three megabytes for the log in each request. */
const logs = `
def application(environ, start_response):
    for _ in range(3000):
        print('x' * 1000)
    start_response('200 OK', [])
    return [b'logged']
`;

for (const python of findPythons().filter((one) => one.supported || one.version.startsWith('2.7')))
  test(`Python ${python.version}: an application that logs goes on while the supervisor stands still`, async () => {
    const dialect = python.version.startsWith('2') ? 2 : 3;
    await using daemon = await startDaemon(python.executable, dialect);
    const gateway = await daemon.connect();
    const SCRIPT_FILENAME = daemon.script('logs.wsgi', logs);
    const ask = async (stream: number) => {
      const since = performance.now();
      gateway.request(stream, { SCRIPT_FILENAME });
      assert.equal(String((await gateway.answer(stream)).body), 'logged');
      return performance.now() - since;
    };
    await ask(1);
    await daemon.until('all lines have come', () => linesOf(daemon.logs) === 3000);
    daemon.freezeSupervisor(true);
    const took = [];
    for (const stream of [2, 3, 4, 5]) took.push(await ask(stream));
    assert.ok(Math.max(...took) < 10_000, `${took} ms`);
    const dropped = () => daemon.messages.find(({ text }) => text.includes('were dropped'));
    daemon.freezeSupervisor(false);
    await daemon.until('it tells what was dropped', () => dropped() !== undefined);
    assert.match(dropped()!.text, /^[1-9]\d* entries of the log were dropped: the server did not/);
    await ask(6);
    daemon.tell(Control.Stop, { graceful: 5, stacks: false });
    assert.deepEqual(await daemon.exited, { code: 0, signal: null });
  });

function linesOf(logs: readonly { readonly text: string }[]): number {
  return logs.reduce((sum, { text }) => sum + text.split('\n').length, 0);
}
