import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { initialWindow, maximumHead } from '../../../src/protocol/frames.js';
import { regions, regionWords } from '../../../src/protocol/journal.js';
import { welcome } from './support/fake-runtime.js';
import { groupPlan } from './support/plans.js';
import { get, run } from './support/running.js';

/** A process runs code of others, so it may send any bytes. They must not hurt the gateway or other requests. */

test('a process that goes away gets nothing new, and answers what it has', async (t) => {
  const running = await run(t);
  const first = await running.runtime((request) => request.text('of the first'));
  assert.equal((await running.ask(get('/'))).body, 'of the first');
  first.application = () => {};
  const held = running.ask(get('/held'));
  const request = await first.request(1);
  first.goAway();
  request.head('200 OK\nContent-Length\n5');
  await running.runtime((other) => other.text('of the second'));
  for (let count = 0; count < 5; count++)
    assert.equal((await running.ask(get('/'))).body, 'of the second');
  request.data('whole');
  request.end();
  assert.equal((await held).body, 'whole');
  assert.equal(first.requests.length, 2);
});

test('a process that refuses all without going away does not keep the gateway busy', async (t) => {
  const running = await run(t, {
    group: { timeouts: { ...groupPlan().timeouts, queue: 0.5 } },
  });
  const refusing = await running.runtime((request) => request.frame(12));
  assert.equal((await running.ask(get('/'))).status, 504);
  assert.ok(refusing.requests.length < 15, `tried ${refusing.requests.length} times`);
});

test('a second Welcome ends the connection and opens nothing', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => request.text('fine'));
  await running.ask(get('/'));
  runtime.raw(Buffer.concat(Array.from({ length: 50 }, () => welcome())));
  const journals = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === runtime.endpoint.journal;
      } catch {
        return false;
      }
    }).length;
  assert.equal((await running.ask(get('/'))).body, 'fine');
  // One of the fake runtime, one of the gateway.
  assert.equal(journals(), 2);
});

for (const region of [1, regions * regionWords, 0xfffffff0])
  test(`a Welcome with the journal offset ${region} is refused`, async (t) => {
    const running = await run(t, {
      group: { timeouts: { ...groupPlan().timeouts, queue: 0.3 } },
    });
    const runtime = await running.runtime((request) => request.text('never'));
    runtime.welcome = welcome(region);
    const answer = await running.ask(get('/'));
    assert.ok(answer.status >= 500);
    assert.equal(runtime.requests.length, 0);
  });

test('a head that is too long is the failure of its request alone', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const other = running.ask(get('/other'));
  const waiting = await runtime.request(0);
  const long = `200 OK\nX-Long\n${'x'.repeat(maximumHead)}`;
  runtime.application = (request) => {
    if (request.path === '/pieces') {
      request.head(long);
      request.end();
    } else request.respond(long);
  };
  assert.equal((await running.ask(get('/whole'))).status, 500);
  assert.equal((await running.ask(get('/pieces'))).status, 500);
  const { reason } = await running.event('request-failed');
  assert.match(String(reason), /its headers have \d+ bytes, at most 262144 are possible/);
  waiting.text('of the other');
  assert.equal((await other).body, 'of the other');
});

test('a process that sends more than it has credit for is cut off', async (t) => {
  const running = await run(t);
  await running.runtime((request) => {
    request.begin();
    request.head('200 OK');
    for (let sent = 0; sent <= 64 * 1024 * 1024; sent += 1024 * 1024)
      request.data(Buffer.alloc(1024 * 1024));
  });
  const client = running.client().send(get('/'));
  client.socket.pause();
  const cut = await running.event('response-cut');
  assert.ok(cut);
});

test('a process that asks for more of a body and reads nothing is cut off', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client();
  client.send('POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 200000000\r\n\r\n');
  client.socket.write(Buffer.alloc(80_000_000));
  const request = await runtime.request(0);
  request.begin();
  await request.until(() => request.body.length === initialWindow);
  runtime.stall();
  const timer = setInterval(() => {
    for (let count = 0; count < 20; count++) request.grant(0xffffffff);
  }, 1);
  t.after(() => clearInterval(timer));
  assert.equal((await client.response()).status, 502);
});

test('nonsense of every kind ends the connection, and the next request is served', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => request.text('fine'));
  const frame = (length: number, tag: number, payload = Buffer.alloc(0)) => {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(length, 0);
    header.writeUInt32LE(tag >>> 0, 4);
    return Buffer.concat([header, payload]);
  };
  for (const bytes of [
    frame(0xffffffff, 9),
    frame(16 * 1024 * 1024 + 1, (5 << 8) | 5),
    frame(0, 99),
    frame(0, 2),
    frame(4, 2, Buffer.alloc(4)),
    Buffer.from('HTTP/1.1 200 OK\r\n\r\n'),
  ]) {
    assert.equal((await running.ask(get('/'))).body, 'fine');
    const before = runtime.opened;
    runtime.raw(bytes);
    assert.equal((await running.ask(get('/'))).body, 'fine');
    while (runtime.opened === before) await new Promise(setImmediate);
  }
});

test('answers that are no answers fail their own request alone', async (t) => {
  const running = await run(t);
  const word = Buffer.from([255, 255, 255, 255]);
  const tricks: ((request: import('./support/fake-runtime.js').FakeRequest) => void)[] = [
    (request) => request.frame(9, word),
    (request) => request.frame(9, ''),
    (request) => request.frame(9, 'ab'),
    (request) => request.head('abc'),
    (request) => request.head(''),
    (request) => request.head('200 OK\nlonely'),
    (request) => request.head('101 Switching Protocols'),
    (request) => request.head('200 OK\nbad name\nvalue'),
    (request) => request.head('200 OK\nName\nbad\rvalue'),
    (request) => request.end(),
    (request) => {
      request.data('no head');
      request.end();
    },
    (request) => request.frame(11, ''),
    (request) => request.frame(11, 'ÿ'),
  ];
  const runtime = await running.runtime(
    (request) => {
      request.begin();
      const trick = tricks[Number(request.path.slice(1))];
      if (trick) trick(request);
      else request.text('fine');
      // Streams that are never ended keep their threads.
    },
    { threads: 100 },
  );
  for (const index of tricks.keys()) {
    const answer = await running.ask(get(`/${index}`));
    assert.ok(answer.status >= 500, `trick ${index} gave ${answer.status}`);
    assert.equal((await running.ask(get('/fine'))).body, 'fine');
  }
  assert.equal(runtime.opened, 1);
});
