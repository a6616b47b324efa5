import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../../src/gateway/http/connection.js';
import {
  type HeadSender,
  mostUnfinished,
  UnfinishedHeads,
} from '../../../src/gateway/http/unfinished-heads.js';
import type { RawClient } from './support/raw-client.js';
import { get, run } from './support/running.js';

test('of heads that are too much together the oldest go first', () => {
  const gone: string[] = [];
  const sender = (name: string): HeadSender => ({ giveUpHead: () => gone.push(name) });
  const heads = new UnfinishedHeads(100);
  const [first, second, third] = [sender('first'), sender('second'), sender('third')];
  heads.grew(first, 10);
  heads.grew(second, 40);
  heads.grew(first, 50);
  assert.deepEqual(gone, [], 'a head that grows counts once');
  heads.grew(third, 11);
  assert.deepEqual(gone, ['first']);
  heads.done(second);
  heads.grew(third, 100);
  assert.deepEqual(gone, ['first'], 'what is finished makes room');
  heads.grew(third, 101);
  assert.deepEqual(gone, ['first', 'third'], 'one alone may be too much');
  assert.equal(heads.takeDropped(1000), 2);
  heads.grew(second, 101);
  assert.equal(heads.takeDropped(2000), 0, 'not told again at once');
  assert.equal(heads.takeDropped(12_000), 1);
});

test('what is dropped, a body, and what is no head any more do not count as a head', () => {
  const socket = { bytesRead: 0, destroyed: false, write() {}, end() {}, resume() {}, pause() {} };
  let counted = 0;
  const connection = new Connection(
    socket as never,
    { requests: 0 } as never,
    {
      limits: { line: 0, fields: 0, fieldSize: 0 },
      timeout: 60,
      keepAliveTimeout: 5,
      maxKeepAliveRequests: 0,
    },
    {
      handle: () => {},
      rejected: () => {},
      heads: {
        grew: (_: HeadSender, size: number) => (counted = size),
        done: () => (counted = 0),
      } as never,
      maxHead: 500_000,
    },
  );
  const read = (bytes: number) => {
    socket.bytesRead += bytes;
    connection.countHead();
    return counted;
  };
  assert.equal(read(1000), 1000);
  connection.take({ bodyLength: 1_000_000, headLength: 1000, bodyComplete: true } as never);
  assert.equal(counted, 0);
  assert.equal(read(999_900), 0, 'the body');
  assert.equal(read(300), 200, 'and behind it the next head');
  assert.equal(read(900_000), 500_000, 'the parser keeps no more of it');
  connection.drop();
  assert.equal(read(100), 100);
  connection.refuse(400);
  assert.equal(read(50_000_000), 0, 'what comes after the last answer');
});

const field = `X-Pad: ${'y'.repeat(7990)}\r\n`;
const fields = 30;
const begun = `GET /late HTTP/1.1\r\nHost: a\r\n${field.repeat(fields)}`;

test('heads that never end hold bounded memory, and who comes later is answered', async (t) => {
  const running = await run(t);
  await running.runtime((request) => request.text('answered'));
  const enough = Math.ceil(mostUnfinished / begun.length);
  const more = 40;
  const first = running.client().send(begun);
  await first.until(({ socket }) => socket.bytesWritten === begun.length);
  const clients = Array.from({ length: enough + more }, () => running.client().send(begun));
  assert.match(await first.all(), /^HTTP\/1\.1 408 |^$/, 'the oldest');
  await new Promise<void>((resolve) => {
    let closed = 0;
    for (const client of clients)
      void client.all().then(() => {
        if (++closed === more) resolve();
      });
  });
  const { count, bytes } = await running.event('heads-dropped');
  assert.ok(count > 0 && bytes === mostUnfinished);
  assert.equal((await running.ask(`${begun}\r\n`)).body, 'answered');
  assert.equal((await running.ask(get('/'))).body, 'answered');
});

test('a head that is not finished counts behind a request that runs, too', async (t) => {
  const running = await run(t, { group: { queueLimit: 1000 } });
  await running.runtime(() => {}, { threads: 1 });
  const enough = Math.ceil(mostUnfinished / begun.length);
  const clients: RawClient[] = [];
  for (let count = 0; count < enough + 10; count++)
    clients.push(running.client().send(get('/') + begun));
  await Promise.race(clients.map((client) => client.all()));
  const { count } = await running.event('heads-dropped');
  assert.ok(count > 0);
});

test('what a client sends ahead of an answer is left to its own buffers', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/late'));
  await runtime.request(0);
  const ahead = Buffer.from(`${begun}\r\n`.repeat(4));
  const most = 32 * 1024 * 1024;
  let sent = 0;
  await new Promise<void>((resolve) => {
    let quiet: NodeJS.Timeout;
    const more = () => {
      clearTimeout(quiet);
      quiet = setTimeout(resolve, 500);
      if (sent >= most) return;
      sent += ahead.length;
      client.socket.write(ahead, more);
    };
    more();
  });
  assert.ok(sent < most, `${sent} bytes were read ahead`);
});

test('a head within the documented limits is answered: 90 fields of 8,000 bytes', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => request.text('fine'));
  const head = `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 90 }, (_, index) => `X-${index}: ${'y'.repeat(7990)}\r\n`).join('')}\r\n`;
  assert.equal((await running.ask(head)).body, 'fine');
  const request = await runtime.request(0);
  assert.equal(String(request.environ.get('HTTP_X_89')).length, 7990);
  const most = `GET /${'x'.repeat(8175)} HTTP/1.1\r\nHost: a\r\n${`X: ${'y'.repeat(8185)}\r\n`.repeat(99)}\r\n`;
  assert.equal((await running.ask(most)).body, 'fine', 'each limit to its end');
});
