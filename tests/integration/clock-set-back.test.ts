import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { fakeClock, whyNoFakeClock } from '../support/fake-clock.js';
import { ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, type LogLine, type Server } from '../support/server.js';
import { withSite } from '../support/site.js';

test('a clock that is set back by an hour does not keep a group down for an hour', async (t) => {
  const [python] = pythonsForVenvs(1).pythons;
  if (!python) return t.skip(pythonsForVenvs(1).reason);
  const folder = makeReadableFolder('clock-');
  const clock = fakeClock(folder);
  if (!clock) {
    rmSync(folder, { recursive: true });
    return t.skip(whyNoFakeClock);
  }
  const { env } = clock;
  await withSite(python, { mounts: { '/': 'says-hello' }, env }, async (server) => {
    const killed = new Set<unknown>();
    const delayed = isEvent('daemon-restart-delayed');
    const waits = (line: LogLine) => delayed(line) && line['failures'] === 5;
    while (!server.log.some(waits)) await killNext(server, killed);
    clock.set(-3600);
    assert.equal((await ask(server.port, '/')).status, 200, server.output());
  });
  rmSync(folder, { recursive: true });
});

/** Kills a daemon that has had no request yet; each makes the next start wait longer. */
async function killNext(server: Server, killed: Set<unknown>): Promise<void> {
  const ready = isEvent('daemon-ready');
  const { pid } = await server.until(
    (line) => ready(line) && !killed.has(line['pid']),
    'starts a daemon',
  );
  killed.add(pid);
  process.kill(pid as number, 'SIGKILL');
  const died = isEvent('daemon-died');
  await server.until((line) => died(line) && line['pid'] === pid, 'tells the death');
  await new Promise(setImmediate);
}
