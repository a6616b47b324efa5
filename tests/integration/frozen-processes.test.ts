import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../../src/base/events.js';
import type { Plan } from '../../src/plan/plan.js';
import { startGateways } from '../../src/server/gateways.js';
import { ask } from '../support/http.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, type LogLine } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

testWithPythons(
  'a gateway that is frozen is killed after ten seconds and replaced',
  1,
  async ([python]) => {
    await withSite(python!, { mounts: { '/': 'says-hello' } }, async (server) => {
      assert.equal((await ask(server.port, '/')).status, 200);
      const { pid } = server.log.find(isEvent('gateway-up')) ?? {};
      process.kill(pid as number, 'SIGSTOP');
      const since = performance.now();
      assert.equal((await ask(server.port, '/')).status, 200, server.output());
      const milliseconds = performance.now() - since;
      assert.ok(milliseconds > 8_000 && milliseconds < 25_000, `${milliseconds} ms`);
      const frozen = server.log.find(isEvent('gateway-frozen'));
      assert.equal(frozen?.['pid'], pid);
      assert.match(frozen?.msg ?? '', /^gateway 0, process \d+, has not answered for 10 s and is /);
    });
  },
);

/** Says that it is ready and turns in a circle; the one after it answers. */
const stuck = (marker: string) => `
import { existsSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
const { openMessagePipe } = await import(${JSON.stringify(new URL('../../src/server/message-pipe.js', import.meta.url).href)});
const supervisor = new Socket({ fd: 3 });
supervisor.on('close', () => process.exit());
const pipe = openMessagePipe(supervisor, ({ type }) => {
  if (type === 'answer') pipe.send({ type: 'alive' });
  if (type === 'drain') pipe.send({ type: 'drained' });
  if (type !== 'plan') return;
  pipe.send({ type: 'ready' }, () => {
    if (existsSync(${JSON.stringify(marker)})) return;
    writeFileSync(${JSON.stringify(marker)}, '');
    for (;;);
  });
});
`;

test('so is one whose event loop is stuck', async (t) => {
  const folder = makeReadableFolder('stuck-');
  t.after(() => rmSync(folder, { recursive: true }));
  const main = join(folder, 'gateway.mjs');
  writeFileSync(main, stuck(join(folder, 'marker')));
  const events: Event[] = [];
  let resolve = () => {};
  const replaced = new Promise<void>((done) => {
    resolve = done;
  });
  const gateways = startGateways({
    plan: { gateways: { count: 1 } } as Plan,
    version: '1',
    command: { main, environment: {}, listeners: [], logs: [] },
    emit(event) {
      events.push(event);
      if (events.filter(({ type }) => type === 'gateway-up').length === 2) resolve();
    },
    want: () => {},
    unwant: () => {},
    overdue: () => {},
    unreachable: () => {},
  });
  await replaced;
  const types = events.map(({ type }) => type);
  assert.deepEqual(types, ['gateway-up', 'gateway-frozen', 'gateway-died', 'gateway-up']);
  await gateways.stop(0);
});

const logs = `
def application(environ, start_response):
    for _ in range(1000):
        print('x' * 1000)
    start_response('200 OK', [])
    return [b'logged']
`;

testWithPythons(
  'a supervisor that is frozen stops no application that logs, and takes no gateway for frozen',
  1,
  async ([python]) => {
    const files = { 'logs.wsgi': logs };
    await withSite(python!, { mounts: { '/': 'logs.wsgi' }, files }, async (server) => {
      const askFor = async (milliseconds: number) => {
        const until = performance.now() + milliseconds;
        while (performance.now() < until) {
          const since = performance.now();
          assert.equal((await ask(server.port, '/')).text, 'logged');
          assert.ok(performance.now() - since < 10_000);
        }
      };
      await askFor(100);
      server.signal('SIGSTOP');
      try {
        await askFor(13_000);
      } finally {
        server.signal('SIGCONT');
      }
      const dropped = (line: LogLine) => /entries of the log were dropped/.test(line.msg ?? '');
      await server.until(dropped, 'tells what was dropped');
      await askFor(3_000);
      assert.equal(server.log.find(isEvent('gateway-frozen')), undefined);
      assert.equal(server.log.filter(isEvent('gateway-up')).length, 1);
    });
  },
);
