import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../../../src/base/events.js';
import { limitRepeats } from '../../../src/gateway/repeats.js';
import type { HostPlan } from '../../../src/plan/plan.js';
import { hostPlan, mountPlan } from './support/plans.js';
import { get, run } from './support/running.js';

test('what follows a refused request is never answered a second time', async (t) => {
  const running = await run(t);
  for (const bytes of [
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\nzzz\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a b\r\n\r\nnonsense\r\n\r\n',
  ]) {
    const text = await running.client().send(bytes).all();
    assert.equal(text.match(/HTTP\/1\.1 \d/g)?.length, 1, text);
  }
});

test('a client that still sends its endless head gets to read the answer', async (t) => {
  const running = await run(t);
  const client = running.client();
  let reset = false;
  client.socket.on('error', () => {
    reset = true;
  });
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(3_000_000)}`);
  client.socket.end();
  assert.match(await client.all(), /^HTTP\/1\.1 4\d\d /);
  assert.equal(reset, false);
});

test('a connection beyond the limit gets 503, and one that has room is served', async (t) => {
  const running = await run(t, { maxConnections: 2 });
  await running.runtime((request) => request.text('served'));
  const first = running.client().send(get('/'));
  await first.response();
  await running.client().send(get('/')).response();
  const refused = await running.client().send(get('/')).response();
  assert.equal(refused.status, 503);
  assert.ok(refused.headers.has('retry-after'));
  assert.equal((await running.event('request-rejected')).status, 503);
  assert.equal((await first.send(get('/')).response()).body, 'served');
});

test('each host has its own KeepAliveTimeout', async (t) => {
  const running = await run(t, { host: { keepAliveTimeout: 7 } });
  await running.runtime((request) => request.text('served'));
  const response = await running.client().send(get('/')).response();
  assert.equal(response.headers.get('keep-alive'), 'timeout=7');
});

test('a host closes idle connections after its own time, not after that of the server', async (t) => {
  const running = await run(t, { hosts: oneSecond });
  await running.runtime((request) => request.text('served'));
  const client = running.client().send(get('/'));
  assert.equal((await client.response()).headers.get('keep-alive'), 'timeout=1');
  assert.equal(await client.all(), '');
});

test('the time of an idle connection does not run while a pipelined request is answered', async (t) => {
  const running = await run(t, { hosts: oneSecond });
  await running.runtime((request) => {
    if (request.path === '/slow') setTimeout(() => request.text('slow'), 2300);
    else request.text('quick');
  });
  const client = running.client().send(get('/') + get('/slow'));
  assert.equal((await client.response()).body, 'quick');
  assert.equal((await client.response()).body, 'slow');
});

/** A server that keeps idle connections for a minute, and a host that keeps them for a second. */
function oneSecond(folder: string): HostPlan[] {
  return [
    hostPlan({ keepAliveTimeout: 60 }),
    hostPlan({
      id: 1,
      addresses: [{ address: '*' }],
      keepAliveTimeout: 1,
      mounts: [mountPlan('/', join(folder, 'app.wsgi'))],
    }),
  ];
}

test('a client that sends on after its last request gets the answer whole', async (t) => {
  const running = await run(t, { host: { maxKeepAliveRequests: 1 } });
  await running.runtime((request) => request.text('a'.repeat(200_000)));
  const client = running.client();
  client.socket.pause();
  const text = get('/', `X-Long: ${'x'.repeat(7000)}`).repeat(1500);
  // More than the kernel takes: what is not read makes it reset the connection.
  await new Promise((sent) => client.socket.write(text, sent));
  client.socket.resume();
  const response = await client.response();
  assert.equal(response.headers.get('connection'), 'close');
  assert.equal(response.body.length, 200_000);
});

test('an application can ask for the end of the connection', async (t) => {
  const running = await run(t);
  await running.runtime((request) => request.respond('200 OK\nConnection\nclose', 'bye'));
  const text = await running
    .client()
    .send(get('/') + get('/'))
    .all();
  assert.equal(text.match(/Connection: close/g)?.length, 1, text);
  assert.match(text, /\r\n\r\nbye$/);
});

test('bytes that are no request get a line in the access log', async (t) => {
  const accessLogs = [{ log: 0, format: ['"', { field: 'r' }, '" ', { field: 's' }] }] as const;
  const running = await run(t, { host: { accessLogs } });
  await running.ask('nonsense\r\n\r\n');
  assert.deepEqual(running.lines, ['"-" 400\n']);
});

test('a connection that never says anything is closed without a word', async (t) => {
  const running = await run(t, { headTimeout: 1 });
  assert.equal(await running.client().all(), '');
  assert.deepEqual(running.events, []);
  assert.deepEqual(running.lines, []);
});

test('a request that is refused when a part of its body is gone gets 503, never a short body', async (t) => {
  const running = await run(t);
  const first = await running.runtime((request) => request.grant(1));
  const client = running
    .client()
    .send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n');
  const request = await first.request(0);
  assert.equal((await client.response()).status, 100);
  client.send('x'.repeat(100_000));
  await request.until(({ bodyEnded }) => bodyEnded);
  request.frame(12);
  first.goAway();
  const second = await running.runtime((other) => other.text('ran again'));
  assert.equal((await client.response()).status, 503);
  assert.deepEqual(second.requests, []);
});

test('a target with a fragment is refused', async (t) => {
  const running = await run(t);
  await running.runtime((request) => request.text(request.path));
  for (const target of ['/a#b?c', '/a?b#c', 'http://a/#'])
    assert.equal((await running.ask(get(target))).status, 400, target);
  assert.equal((await running.ask(get('/a%23b'))).body, '/a#b');
});

test('a flood of equal failures is told by its first five and a number', () => {
  const told: Event[] = [];
  const repeats = limitRepeats((event) => told.push(event));
  for (let index = 0; index < 100; index++) repeats.emit(failure('it is broken'));
  repeats.emit(failure('another reason'));
  repeats.emit({ type: 'server-stopped' });
  repeats.tick();
  assert.deepEqual(
    told.map((event) => event.type),
    [...Array(6).fill('request-failed'), 'server-stopped', 'events-repeated'],
  );
  const [last] = told.slice(-1);
  assert.deepEqual(last?.type === 'events-repeated' && last.count, 95);
  repeats.tick();
  assert.equal(told.length, 8, 'told once');
});

test('reasons that clients make up share a count', () => {
  const told: Event[] = [];
  const repeats = limitRepeats((event) => told.push(event));
  for (let index = 0; index < 10_000; index++) repeats.emit(failure(`reason ${index}`));
  repeats.tick();
  assert.ok(told.length < 300, String(told.length));
});

function failure(reason: string): Event {
  return {
    type: 'request-failed',
    host: 0,
    client: '192.0.2.7',
    target: '/',
    status: 503,
    reason,
    request: 'r1',
    processGroup: 'site',
  };
}
