import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../../../src/base/events.js';
import { entryOf } from '../../../src/observe/entry.js';
import type { Endpoint, Plan } from '../../../src/plan/plan.js';
import { type GatewayExit, startGatewayProcess } from '../../../src/server/gateway-process.js';
import { type GatewaysOptions, startGateways } from '../../../src/server/gateways.js';
import type { FromGateway, ToGateway } from '../../../src/server/link.js';

interface FakeGateway {
  readonly sent: ToGateway[];
  tell(message: FromGateway): void;
  exit(exit?: Partial<GatewayExit>): void;
}

/** Gateways that do what `react` says when they are told something. */
function options(react: (message: ToGateway, gateway: FakeGateway) => void): {
  options: GatewaysOptions;
  made: FakeGateway[];
  events: Event[];
} {
  const made: FakeGateway[] = [];
  const events: Event[] = [];
  return {
    made,
    events,
    options: {
      plan: { gateways: { count: 1 } } as Plan,
      version: '1',
      command: { main: '', environment: {}, listeners: [10, 11], logs: [12] },
      emit: (event) => events.push(event),
      want: () => {},
      unwant: () => {},
      overdue: () => {},
      unreachable: () => {},
      spawn: (_command, hear, exited) => {
        const gateway: FakeGateway = {
          sent: [],
          tell: (message) => setImmediate(hear, message),
          exit: (exit) =>
            setImmediate(exited, { code: null, signal: null, lastLines: [], ...exit }),
        };
        made.push(gateway);
        return {
          pid: made.length,
          send(message) {
            gateway.sent.push(message);
            react(message, gateway);
          },
          kill: () => gateway.exit({ signal: 'SIGKILL' }),
        };
      },
    },
  };
}

const endpoint: Endpoint = {
  id: 4,
  processGroup: 'blog',
  applicationGroup: '',
  pid: 1,
  socket: '/s',
  journal: '/j',
  secret: 's',
  threads: 1,
  dialect: 3,
};

test('a gateway gets the plan and the numbers of its descriptors', async () => {
  const bench = options((message, gateway) => {
    if (message.type === 'plan') gateway.tell({ type: 'ready' });
    if (message.type === 'drain') gateway.exit();
  });
  const gateways = startGateways(bench.options);
  await gateways.ready;
  const [first] = bench.made[0]?.sent ?? [];
  assert.ok(first?.type === 'plan');
  assert.deepEqual([first.listeners, first.logs], [[4, 5], [6]]);
  await gateways.stop(0);
});

test('a gateway that dies is replaced, and the next one is told what it knew', async () => {
  const bench = options((message, gateway) => {
    if (message.type === 'plan') gateway.tell({ type: 'ready' });
    if (message.type === 'drain') gateway.exit();
  });
  const gateways = startGateways(bench.options);
  await gateways.ready;
  gateways.endpointUp({ ...endpoint, id: 3 });
  gateways.endpointUp(endpoint);
  gateways.endpointDown(3);
  bench.made[0]?.exit({ signal: 'SIGSEGV', lastLines: ['stack'] });
  while (bench.made.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(bench.made[1]?.sent.slice(1), [{ type: 'endpoint-up', endpoint }]);
  const died = bench.events.find((event) => event.type === 'gateway-died');
  assert.ok(died?.type === 'gateway-died' && died.signal === 'SIGSEGV');
  await gateways.stop(0);
});

test('a gateway that dies again and again while it serves is replaced soon each time', async () => {
  const bench = options((message, gateway) => {
    if (message.type === 'plan') gateway.tell({ type: 'ready' });
    if (message.type === 'drain') gateway.exit();
  });
  const gateways = startGateways(bench.options);
  await gateways.ready;
  const since = performance.now();
  for (let death = 1; death <= 8; death++) {
    bench.made.at(-1)?.exit({ signal: 'SIGSEGV' });
    while (bench.made.length === death) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise(setImmediate);
  }
  assert.ok(performance.now() - since < 5_000, 'delays that double would be 12.7 s');
  await gateways.stop(0);
});

test('a gateway that cannot start fails the server with its reason', async () => {
  const bench = options((message, gateway) => {
    if (message.type === 'plan') gateway.tell({ type: 'failed', message: 'no port' });
  });
  await assert.rejects(startGateways(bench.options).ready, { message: 'no port' });
});

test('a gateway that ends at its start fails the server with its last words', async () => {
  const bench = options((message, gateway) => {
    if (message.type === 'plan') gateway.exit({ code: 1, lastLines: ['oh'] });
  });
  await assert.rejects(startGateways(bench.options).ready, { message: /ended at its start\noh$/ });
});

test('a gateway that a signal ends while Node is loading is started again, but not for ever', async () => {
  let loads = 0;
  const bench = options((message, gateway) => {
    if (message.type === 'drain') gateway.exit();
    if (message.type !== 'plan') return;
    if (++loads < 3) gateway.exit({ signal: 'SIGUSR2' });
    else gateway.tell({ type: 'ready' });
  });
  const gateways = startGateways(bench.options);
  await gateways.ready;
  assert.equal(bench.made.length, 3);
  await gateways.stop(0);

  const hopeless = options((message, gateway) => {
    if (message.type === 'plan') gateway.exit({ signal: 'SIGUSR2' });
  });
  await assert.rejects(startGateways(hopeless.options).ready, { message: /ended at its start/ });
  assert.equal(hopeless.made.length, 4);
});

test('a gateway for which there are no descriptors ends with the reason, and throws nothing', () => {
  const module = new URL('../../../src/server/gateway-process.js', import.meta.url).href;
  const program = `
    import { openSync } from 'node:fs';
    const { startGatewayProcess } = await import(${JSON.stringify(module)});
    try {
      for (;;) openSync('/dev/null', 'r');
    } catch {}
    const command = { main: '/none.js', environment: {}, listeners: [], logs: [] };
    const exit = await new Promise((exited) => startGatewayProcess(command, () => {}, exited).send({ type: 'answer' }));
    process._rawDebug(JSON.stringify(exit));
  `;
  const { stderr } = spawnSync(
    '/bin/sh',
    [
      ...['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"'],
      ...[process.execPath, program],
    ],
    { encoding: 'utf8' },
  );
  assert.match(stderr, /"code":null,"signal":null,"lastLines":\["spawn \S+ EMFILE"\]/);
});

for (const words of [
  'nonsense',
  'null',
  '{"type":"event"}',
  '{"type":"event","event":{"type":"unheard of"}}',
])
  test(`a gateway that says ${words} ends, and not the server`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'venvhost-gateways-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const main = join(folder, 'main.mjs');
    writeFileSync(
      main,
      `import { writeSync } from 'node:fs';
      writeSync(3, ${JSON.stringify(`${words}\n`)});
      setInterval(() => {}, 1000);`,
    );
    const hear = ({ type, ...rest }: FromGateway) => {
      if (type === 'event') entryOf((rest as { event: Event }).event, new Date());
    };
    const exit = await new Promise<GatewayExit>((exited) =>
      startGatewayProcess({ main, environment: {}, listeners: [], logs: [] }, hear, exited),
    );
    assert.equal(exit.signal, 'SIGKILL');
    assert.match(exit.lastLines.join(), /^what it told the supervisor is no message: /);
  });
