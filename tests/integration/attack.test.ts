import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fakeClock, whyNoFakeClock } from '../support/fake-clock.js';
import { faults, type Target } from '../support/faults.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, type Server, startVenvhost } from '../support/server.js';
import { testWithPythons } from '../support/skipping.js';
import { type Outcome, readNotes, send, sendUntil } from '../support/storm.js';
import { makeVenv } from '../support/venvs.js';

const repository = await reachableRepository();

const clients = 12;
const seconds = Number(process.env['VENVHOST_TEST_ATTACK_SECONDS'] ?? 60);
const group = { processes: 3, threads: 4 };
const gateways = 2;
testWithPythons(
  'whatever goes wrong, no answer is wrong, nothing runs twice, and only what ran in a process that was killed is lost',
  1,
  async ([python], t) => {
    const folder = makeReadableFolder('attack-');
    const notes = join(folder, 'notes');
    mkdirSync(notes);
    chmodSync(notes, 0o777);
    const script = join(folder, 'notes.wsgi');
    const text = readFileSync(join(repository, 'tests/fixtures/notes-begun-requests.wsgi'), 'utf8');
    writeFileSync(script, text);
    const clock = fakeClock(folder);
    if (!clock) t.diagnostic(`${whyNoFakeClock}: the clock is left alone`);
    const socketPrefix = join(folder, 'sockets/s');
    writeFileSync(
      join(folder, 'attack.conf'),
      configure({ folder, notes, script, socketPrefix, venv: await makeVenv(python!) }),
    );
    const server = await startVenvhost(
      ['run', '-f', join(folder, 'attack.conf'), '--gateways', String(gateways)],
      // The wall clock of the supervisor alone: the one that must not matter.
      { env: { ...process.env, ...clock?.env } },
    );
    const struck = new Map<number, string>();
    const target: Target = { server, script, text, socketPrefix, clock, struck };
    const agents = Array.from(
      { length: clients },
      () => new Agent({ keepAlive: true, maxSockets: 1 }),
    );
    try {
      const end = performance.now() + seconds * 1000;
      const [done, ...outcomes] = await Promise.all([
        strikeUntil(end, target),
        ...agents.map((agent, number) =>
          sendUntil(end, server.port, { agent, number, body: bodyOf }),
        ),
      ]);
      judge({ done, struck, outcomes: outcomes.flat(), notes, server });
      const after = await Promise.all(
        agents.map((agent, index) => send(server.port, { agent, id: `after-${index}` })),
      );
      assert.ok(
        after.every(({ status }) => status === 200),
        'afterwards every request succeeds',
      );
    } finally {
      for (const agent of agents) agent.destroy();
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  },
);

interface Attacked {
  readonly folder: string;
  readonly notes: string;
  readonly script: string;
  readonly socketPrefix: string;
  readonly venv: string;
}

function configure({ folder, notes, script, socketPrefix, venv }: Attacked): string {
  const { processes, threads } = group;
  return `
Listen 127.0.0.1:0
ServerName localhost
WSGISocketPrefix "${socketPrefix}"
WSGIDaemonProcess attacked python-home="${venv}" processes=${processes} threads=${threads}
WSGIScriptAlias / "${script}" process-group=attacked application-group=%{GLOBAL}
SetEnv NOTES "${notes}"
<Directory "${folder}">
    Require all granted
</Directory>
`;
}

/** Every fault in turn, in an order that is new each time; the names of what was done. */
async function strikeUntil(end: number, target: Target): Promise<string[]> {
  const done: string[] = [];
  while (performance.now() < end)
    for (const name of shuffled(Object.keys(faults))) {
      if (performance.now() > end) break;
      await faults[name]?.(target);
      done.push(name);
      await pause(200 + Math.random() * 800);
    }
  return done;
}

function shuffled<T>(of: readonly T[]): T[] {
  return of
    .map((one) => [Math.random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}

/** Every third request each: none, a small one, one that is kept in a file. */
function bodyOf(n: number, id: string): string | undefined {
  const length = [undefined, 20, 100_000][n % 3];
  return length === undefined ? undefined : `${id} `.padEnd(length, id);
}

interface Found {
  readonly done: readonly string[];
  readonly struck: ReadonlyMap<number, string>;
  readonly outcomes: readonly Outcome[];
  readonly notes: string;
  readonly server: Server;
}

function judge({ done, struck, outcomes, notes, server }: Found): void {
  const begun = readNotes(notes);
  const failed = outcomes.filter(({ status }) => status !== 200);
  const text = `${outcomes.length} requests, ${done.length} faults, ${failed.length} failures`;
  console.log(`${text}; the faults: ${JSON.stringify(countOf(done))}`);
  assert.ok(outcomes.length > clients * seconds, text);
  assert.deepEqual(
    [...begun].filter(([, pids]) => pids.length > 1),
    [],
    `no request runs twice: ${text}`,
  );
  const lost = failed.filter(({ id, status }) => {
    if (status === 502) return !(begun.get(id) ?? []).every((pid) => struck.has(pid));
    return status !== 'broken';
  });
  assert.deepEqual(lost, [], `only what ran in a process that was killed is lost: ${text}`);
  const gatewaysLost = server.log.filter(isEvent('gateway-died')).length;
  const broken = failed.filter(({ status }) => status === 'broken').length;
  assert.ok(broken <= gatewaysLost * clients, `connections break with their gateway only: ${text}`);
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
