import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAllowance, wideWindow } from '../../../src/gateway/allowance.js';
import { Connection, type ConnectionOwner } from '../../../src/gateway/http/connection.js';
import { UnfinishedHeads } from '../../../src/gateway/http/unfinished-heads.js';
import { initialWindow } from '../../../src/protocol/frames.js';
import type { FakeRequest, FakeRuntime } from './support/fake-runtime.js';
import { allowNoFiles, get, type Running, run } from './support/running.js';

test('a client that does not read is given up after Timeout without progress', async (t) => {
  const running = await run(t, { host: { timeout: 1 } });
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/'));
  client.socket.pause();
  const request = await runtime.request(0);
  request.head('200 OK');
  const block = Buffer.alloc(64 * 1024);
  let sent = 0;
  const more = () => {
    for (; 256 * 1024 + request.credit - sent >= block.length; sent += block.length)
      request.data(block);
  };
  request.changed = more;
  more();
  await request.until(() => {
    more();
    return request.aborted;
  });
  assert.ok(request.aborted);
});

function ownedBy(handle: ConnectionOwner['handle']): ConnectionOwner {
  return { handle, rejected: () => {}, heads: new UnfinishedHeads(), maxHead: 300_000 };
}

test('a body that comes too slowly gets 408', () => {
  const broken: number[] = [];
  const connection = new Connection(
    { writableLength: 0 } as never,
    { requests: 0 } as never,
    {
      limits: { line: 0, fields: 0, fieldSize: 0 },
      timeout: 60,
      keepAliveTimeout: 5,
      maxKeepAliveRequests: 100,
    },
    ownedBy(() => {}),
  );
  const exchange = (seconds: number, bytesIn: number) =>
    ({
      bytesIn,
      bodyWaited: () => seconds,
      bodyBroken: (status: number) => broken.push(status),
    }) as never;
  connection.current = exchange(19, 0);
  connection.tick(0);
  connection.current = exchange(25, 500 * 10);
  connection.tick(0);
  assert.deepEqual(broken, [], 'within the time, or quick enough');
  connection.current = exchange(25, 500 * 4);
  connection.tick(0);
  assert.deepEqual(broken, [408]);
});

test('an idle connection is closed after its time, but not inside of the next head', () => {
  const socket = { writableLength: 0, bytesRead: 0, destroyed: 0, resume() {}, destroy() {} };
  socket.destroy = () => {
    socket.destroyed++;
  };
  const connection = new Connection(
    socket as never,
    { requests: 0 } as never,
    {
      limits: { line: 0, fields: 0, fieldSize: 0 },
      timeout: 60,
      keepAliveTimeout: 5,
      maxKeepAliveRequests: 100,
    },
    ownedBy((exchange) => connection.finished(exchange)),
  );
  const second = (from: number, to: number) => {
    for (let now = from; now <= to; now++) connection.tick(now * 1000);
  };
  socket.bytesRead = 100;
  connection.take({ bodyComplete: true } as never);
  second(0, 4);
  socket.bytesRead = 110;
  second(5, 35);
  assert.equal(socket.destroyed, 0, 'the time for a head is not that of an idle connection');
  socket.bytesRead = 150;
  connection.take({ bodyComplete: true } as never);
  second(36, 42);
  assert.equal(socket.destroyed, 0, 'a second more than its client was told');
  second(43, 43);
  assert.equal(socket.destroyed, 1);
});

test('ten slow uploads hold no thread of the application', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => request.text('quick'), { threads: 1 });
  for (const length of [4, 70_000, 300_000, 4, 70_000, 300_000, 4, 70_000, 300_000, 2_000_000])
    running
      .client()
      .send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n${'s'.repeat(length)}`);
  assert.equal((await running.ask(get('/'))).body, 'quick');
  assert.equal(runtime.requests.length, 1);
});

test('with threads to spare an application reads a long upload while it comes', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {}, { threads: 4 });
  const client = running
    .client()
    .send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n${'s'.repeat(100_000)}`);
  const request = await runtime.request(0);
  await request.until(({ body }) => body.length === 100_000);
  assert.equal(request.bodyEnded, false);
  client.send('!');
  await request.until(({ bodyEnded }) => bodyEnded);
  request.text('read');
  assert.equal((await client.response()).body, 'read');
});

test('slow uploads hold half of the threads and never the other half', async (t) => {
  const running = await run(t);
  const runtime = await underSlowUploads(running);
  await runtime.request(1);
  for (let count = 0; count < 4; count++) assert.equal((await running.ask(get('/'))).body, 'quick');
  assert.equal(runtime.requests.filter((request) => request.hasBody).length, 2);
});

test('of several gateways each has its share of that half', async (t) => {
  const running = await run(t, { gateways: 2 });
  const runtime = await underSlowUploads(running);
  await runtime.request(0);
  for (let count = 0; count < 4; count++) assert.equal((await running.ask(get('/'))).body, 'quick');
  assert.equal(runtime.requests.filter((request) => request.hasBody).length, 1);
});

test('an answer of some megabytes leaves the application although its client does not read', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/'));
  client.socket.pause();
  const request = await runtime.request(0);
  const length = 6_000_000;
  request.head(`200 OK\nContent-Length\n${length}`);
  let sent = 0;
  await request.until(() => {
    while (sent < length && initialWindow + request.credit - sent >= 60_000) {
      request.data(Buffer.alloc(60_000, 'a'));
      sent += 60_000;
    }
    return sent === length;
  });
  request.end();
  client.socket.resume();
  const response = await client.response();
  assert.ok(response.whole);
  assert.equal(response.body.length, length);
});

/** An answer of so many `a` in pieces of 30,000, as credit allows, without its end. */
async function sendAsAllowed(request: FakeRequest, length: number): Promise<void> {
  request.head(`200 OK\nContent-Length\n${length}`);
  for (let sent = 0; sent < length; sent += 30_000) {
    await request.until(() => initialWindow + request.credit - sent >= 30_000);
    request.data(Buffer.alloc(30_000, 'a'));
  }
}

test('what waits for a slow client stays as it is while another answer comes', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => {
    if (request.environ.get('PATH_INFO') !== '/slow') request.text('b'.repeat(40_000));
  });
  const client = running.client().send(get('/slow'));
  client.socket.pause();
  const request = await runtime.request(0);
  const length = 9_000_000;
  await sendAsAllowed(request, length);
  const quick = await running.ask(get('/quick'));
  assert.equal(quick.body, 'b'.repeat(40_000));
  request.end();
  client.socket.resume();
  const response = await client.response();
  assert.equal(response.body.length, length);
  assert.ok(!/[^a]/.test(response.body), 'every byte is of this answer');
});

test('draining leaves a slow client the rest of its answer', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => {
    if (request.path !== '/slow') request.text('quick');
  });
  const client = running.client().send(get('/slow'));
  client.socket.pause();
  const request = await runtime.request(0);
  const length = 9_000_000;
  await sendAsAllowed(request, length);
  request.end();
  // Its answer comes behind that end.
  await running.ask(get('/quick'));
  const drained = running.gateway.drain();
  client.socket.resume();
  const response = await client.response();
  assert.equal(response.body.length, length);
  await drained;
});

test('a long answer whose client takes all at once gets a wider window, and gives it back', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  for (let index = 0; index < 20; index++) {
    const answer = running.ask(get('/'));
    const request = await runtime.request(index);
    request.head(`200 OK\nContent-Length\n${initialWindow}`);
    for (let sent = 0; sent < initialWindow; sent += 65_536) request.data(Buffer.alloc(65_536));
    await request.until(() => request.credit >= wideWindow - initialWindow);
    request.end();
    assert.equal((await answer).body.length, initialWindow);
  }
});

test('only so many answers have a wide window at one time', () => {
  const allowance = createAllowance(() => 0);
  let wide = 0;
  while (allowance.widen()) wide++;
  assert.equal(wide, 16);
  allowance.narrow();
  assert.ok(allowance.widen());
});

test('a body that went to disk moves to another process whole', async (t) => {
  const running = await run(t);
  const first = await running.runtime(() => {});
  const text = Array.from({ length: 50_000 }, (_, index) => `${index}\n`).join('');
  const answer = running.ask(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
  const lost = await first.request(0);
  await lost.until(() => lost.body.length === initialWindow);
  lost.frame(12);
  first.goAway();
  const second = await running.runtime((request) => request.grant(1_000_000));
  const request = await second.request(0);
  await request.until(({ bodyEnded }) => bodyEnded);
  assert.equal(request.body.toString('latin1'), text);
  request.text('whole');
  assert.equal((await answer).body, 'whole');
});

test('where no file can be made, a long body goes on to the application as it comes', async (t) => {
  const running = await run(t);
  allowNoFiles(t);
  const text = 'x'.repeat(1_000_000);
  const runtime = await running.runtime((request) => request.grant(2_000_000));
  const answer = running.ask(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  );
  const request = await runtime.request(0);
  await request.until(({ bodyEnded }) => bodyEnded);
  request.text(String(request.body.length));
  assert.equal((await answer).body, '1000000');
});

/** A process with four threads, which answers requests without a body, and six clients that upload slowly. */
async function underSlowUploads(running: Running): Promise<FakeRuntime> {
  const runtime = await running.runtime(
    (request) => {
      if (!request.hasBody) request.text('quick');
    },
    { threads: 4 },
  );
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n';
  for (let count = 0; count < 6; count++) running.client().send(head + 's'.repeat(100_000));
  return runtime;
}
