import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, isRunning, type Server, startVenvhost } from '../support/server.js';
import { testWithPythons } from '../support/skipping.js';
import { type Outcome, readNotes, send, sendUntil } from '../support/storm.js';
import { makeVenv } from '../support/venvs.js';

const repository = await reachableRepository();

const clients = 200;
const seconds = Number(process.env['VENVHOST_TEST_STORM_SECONDS'] ?? 30);
const processes = 4;
const threads = 5;

testWithPythons(
  'while daemons are killed, only requests that were running in them fail, with 502, and none runs twice',
  1,
  async ([python]) => {
    const notes = makeReadableFolder('notes-');
    chmodSync(notes, 0o777);
    const configuration = join(notes, 'storm.conf');
    writeFileSync(configuration, configure({ notes, venv: await makeVenv(python!) }));
    const server = await startVenvhost(['run', '-f', configuration]);
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    try {
      await send(server.port, { agent, id: 'first' });
      const end = performance.now() + seconds * 1000;
      const [killed, ...outcomes] = await Promise.all([
        killUntil(server, end),
        ...Array.from({ length: clients }, (_, number) =>
          sendUntil(end, server.port, { agent, number, body: bodyOf }),
        ),
      ]);
      judge({ killed, outcomes: outcomes.flat(), notes });
      const after = await Promise.all(
        Array.from({ length: clients }, (_, index) =>
          send(server.port, { agent, id: `after-${index}`, body: 'once more' }),
        ),
      );
      assert.ok(
        after.every(({ status }) => status === 200),
        'afterwards every request succeeds',
      );
    } finally {
      agent.destroy();
      await server.stop();
      rmSync(notes, { recursive: true });
    }
  },
);

function configure({ notes, venv }: { notes: string; venv: string }): string {
  const folder = join(repository, 'tests/fixtures');
  return `
Listen 127.0.0.1:0
ServerName localhost
WSGIDaemonProcess storm python-home="${venv}" processes=${processes} threads=${threads}
WSGIScriptAlias / "${folder}/notes-begun-requests.wsgi" process-group=storm application-group=%{GLOBAL}
SetEnv NOTES "${notes}"
<Directory "${folder}">
    Require all granted
</Directory>
`;
}

/** Kills a daemon at random, then waits for its replacement or at most a second before the next. */
async function killUntil(server: Server, end: number): Promise<Set<number>> {
  const killed = new Set<number>();
  while (performance.now() < end) {
    const alive = server.log
      .filter(isEvent('daemon-ready'))
      .map((line) => line['pid'] as number)
      .filter((pid) => !killed.has(pid) && isRunning(pid));
    const victim = alive[Math.floor(Math.random() * alive.length)];
    if (victim !== undefined) {
      process.kill(victim, 'SIGKILL');
      killed.add(victim);
    }
    await pause(200 + Math.random() * 800);
  }
  return killed;
}

function bodyOf(n: number, id: string): string | undefined {
  return n % 2 === 1 ? `body of ${id}` : undefined;
}

function judge(found: { killed: Set<number>; outcomes: readonly Outcome[]; notes: string }): void {
  const { killed, outcomes, notes } = found;
  const begun = readNotes(notes);
  const failed = outcomes.filter(({ status }) => status !== 200);
  const text = `${outcomes.length} requests, ${killed.size} kills, ${failed.length} failures`;
  assert.ok(killed.size >= Math.min(10, seconds / 2), text);
  assert.ok(outcomes.length > clients, text);
  assert.deepEqual(
    failed.filter(({ status }) => status !== 502),
    [],
    `every failure is a 502: ${text}`,
  );
  assert.deepEqual(
    [...begun].filter(([, pids]) => pids.length > 1),
    [],
    `no request runs twice: ${text}`,
  );
  const elsewhere = failed.filter(({ id }) =>
    (begun.get(id) ?? []).some((pid) => !killed.has(pid)),
  );
  assert.deepEqual(elsewhere, [], `no request fails that ran in a living process: ${text}`);
  // A thread may die between beginning a request and noting it, so not every failure has a note.
  assert.ok(failed.length <= killed.size * threads * 2, `only running requests fail: ${text}`);
}
