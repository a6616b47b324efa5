import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../../../src/gateway/http/connection.js';
import { get, run } from './support/running.js';

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
    () => {},
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

test('ten slow uploads hold no thread of the application', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => request.text('quick'), { threads: 1 });
  for (let index = 0; index < 10; index++)
    running.client().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nslow');
  assert.equal((await running.ask(get('/'))).body, 'quick');
  assert.equal(runtime.requests.length, 1);
});
