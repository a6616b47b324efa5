import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, Frame } from '../../../src/protocol/frames.js';
import { hostPlan, mountPlan, settings } from './support/plans.js';
import type { RawClient } from './support/raw-client.js';
import { get, type Running, run } from './support/running.js';

async function serving(
  t: Parameters<typeof run>[0],
  options: Parameters<typeof run>[1] = {},
): Promise<Running> {
  const running = await run(t, options);
  await running.runtime((request) => {
    if (!request.hasBody) request.text(request.path);
    else
      void request
        .until(() => request.bodyEnded)
        .then(() => request.text(request.body.toString('latin1')));
  });
  return running;
}

const refused: [name: string, bytes: string, status: number][] = [
  ['two Host headers', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
  ['two equal Host headers', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400],
  ['no Host header', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['a blank in the Host header', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['a slash in the Host header', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505],
  ['a target that is no path', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['CONNECT', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['an unknown method', 'BREW / HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  [
    'another Transfer-Encoding',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    501,
  ],
  [
    'chunked where it is not allowed',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    411,
  ],
  [
    'a Content-Length that is no number',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\nx',
    400,
  ],
  [
    'two Content-Length headers',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    400,
  ],
  [
    'Content-Length and chunked',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['an unknown expectation', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\n\r\n', 417],
  ['a long request line', `GET /${'x'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
  [
    'a request line beyond all bounds',
    `GET /${'x'.repeat(300_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
    414,
  ],
  ['a long header field', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(9000)}\r\n\r\n`, 431],
  ['many header fields', `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(120)}\r\n`, 431],
  ['bytes that are not HTTP', '\x16\x03\x01\x02\x00\r\n\r\n', 400],
  ['a path above its root', 'GET /../x HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a hidden climb above the root', 'GET /%2e%2e/x HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['a malformed escape', 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ['an escaped slash', 'GET /a%2Fb HTTP/1.1\r\nHost: a\r\n\r\n', 404],
  ['an escaped NUL', 'GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n', 404],
];

for (const [name, bytes, status] of refused) {
  test(`${name}: ${status}`, async (t) => {
    const running = await serving(t);
    const response = await running.ask(bytes);
    assert.equal(response.status, status);
    assert.doesNotMatch(response.body, /wsgi|\/tmp/);
  });
}

test('nothing behind a refused request is run', async (t) => {
  const running = await serving(t);
  const text = await running
    .client()
    .send(`GET / HTTP/1.1\r\nHost: a b\r\n\r\n${get('/second')}`)
    .all();
  assert.equal(text.match(/HTTP\/1\.1/g)?.length, 1);
  assert.doesNotMatch(text, /second/);
});

test('OPTIONS * is answered by the server', async (t) => {
  const running = await serving(t);
  const response = await running.ask('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal(response.status, 200);
  assert.match(response.headers.get('allow') ?? '', /GET/);
});

test('an absolute target names the host, whatever the Host header says', async (t) => {
  const running = await run(t);
  await running.runtime((request) =>
    request.text(`${request.environ.get('HTTP_HOST')} ${request.environ.get('REQUEST_URI')}`),
  );
  const response = await running.ask(
    'GET http://other.example:81/a?b HTTP/1.1\r\nHost: example.com\r\n\r\n',
  );
  assert.equal(response.body, 'other.example:81 http://other.example:81/a?b');
});

test('an upgrade is ignored and the connection closed', async (t) => {
  const running = await serving(t);
  const text = await running
    .client()
    .send(get('/one', 'Connection: Upgrade', 'Upgrade: websocket') + get('/two'))
    .all();
  assert.match(text, /Connection: close/i);
  assert.match(text, /\/one$/);
});

test('pipelined requests are answered in order', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/1') + get('/2') + get('/3'));
  for (let index = 0; index < 3; index++) {
    const request = await runtime.request(index);
    assert.equal(runtime.requests.length, index + 1, 'one at a time');
    request.text(request.path);
  }
  for (const path of ['/1', '/2', '/3']) assert.equal((await client.response()).body, path);
});

test('a valid request is answered although garbage follows it', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(`${get('/good')}\x01\x02 garbage\r\n\r\n`);
  (await runtime.request(0)).text('answered');
  const text = await client.all();
  assert.match(text, /answered$/);
  assert.equal(text.match(/HTTP\/1\.1/g)?.length, 1);
});

test('a client that has closed its sending side gets its answer', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/half'));
  client.socket.end();
  const request = await runtime.request(0);
  await new Promise((resolve) => setTimeout(resolve, 30));
  request.text('late');
  assert.match(await client.all(), /late$/);
});

test('HTTP/1.0 is answered and closed, without chunks', async (t) => {
  const running = await run(t);
  await running.runtime((request) => {
    request.head('200 OK\nContent-Type\ttext/plain'.replace('\t', '\n'));
    request.data('a');
    request.data('b');
    request.end();
  });
  const text = await running.client().send('GET / HTTP/1.0\r\n\r\n').all();
  assert.doesNotMatch(text, /chunked/i);
  assert.match(text, /\r\n\r\nab$/);
});

test('the connection closes after MaxKeepAliveRequests', async (t) => {
  const running = await serving(t, { host: { maxKeepAliveRequests: 2 } });
  const text = await running
    .client()
    .send(get('/1') + get('/2') + get('/3'))
    .all();
  assert.equal(text.match(/HTTP\/1\.1 200/g)?.length, 2);
});

test('KeepAliveTimeout 0 closes after each answer', async (t) => {
  const running = await serving(t, { host: { keepAliveTimeout: 0 } });
  assert.match(await running.client().send(get('/1')).all(), /Connection: close/i);
});

test('a request head that does not end gets 408', async (t) => {
  const running = await serving(t, { headTimeout: 1 });
  const text = await running.client().send('GET / HTTP/1.1\r\nHo').all();
  assert.match(text, /^HTTP\/1\.1 408/);
});

test('a body over LimitRequestBody gets 413 before the application sees it', async (t) => {
  const running = await serving(t, { host: { settings: { ...settings, limitRequestBody: 10 } } });
  const response = await running.ask('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n');
  assert.equal(response.status, 413);
});

test('a chunked body over LimitRequestBody gets 413 while it comes', async (t) => {
  const running = await serving(t, {
    host: { settings: { ...settings, limitRequestBody: 10, chunkedRequest: true } },
  });
  const client = running.client();
  client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n');
  client.send('8\r\n12345678\r\n');
  assert.equal((await client.response()).status, 413);
});

test('a chunked body arrives without its chunks', async (t) => {
  const running = await serving(t, { host: { settings: { ...settings, chunkedRequest: true } } });
  const response = await running.ask(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
  );
  assert.equal(response.body, 'abcde');
});

test('100 Continue is sent when a process has begun the request', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running
    .client()
    .send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n');
  const request = await runtime.request(0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(client.received, '');
  request.begin();
  assert.equal((await client.response()).status, 100);
  client.send('abc');
  await request.until(() => request.bodyEnded);
  request.text(request.body.toString());
  assert.equal((await client.response()).body, 'abc');
});

test('a cut upload is aborted for the application', async (t) => {
  const running = await run(t, { host: { settings: { ...settings, chunkedRequest: true } } });
  const runtime = await running.runtime(() => {});
  const client = running.client();
  client.send(
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n',
  );
  const request = await runtime.request(0);
  request.begin();
  assert.equal((await client.response()).status, 100);
  client.send(`11170\r\n${'x'.repeat(70_000)}\r\n`);
  await request.until(() => request.body.length === 70_000);
  client.socket.end();
  await request.until(() => request.aborted);
  assert.equal(request.bodyEnded, false);
  assert.match(await client.all(), /^HTTP\/1\.1 400/);
});

for (const length of [3, 300_000]) {
  test(`a body of ${length} bytes that is shorter than its Content-Length never reaches an application without threads to spare`, async (t) => {
    const running = await run(t);
    const runtime = await running.runtime((request) => request.text(request.path), { threads: 1 });
    const client = running
      .client()
      .send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n${'x'.repeat(length)}`);
    client.socket.end();
    assert.match(await client.all(), /^HTTP\/1\.1 400/);
    assert.deepEqual(runtime.requests, []);
  });
}

test('an answer before the body is read closes the connection, and the client gets it', async (t) => {
  const running = await run(t);
  await running.runtime((request) =>
    request.respond('403 Forbidden\nContent-Type\ntext/plain', 'no'),
  );
  const client = running.client();
  client.send(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n${'x'.repeat(100_000)}`,
  );
  const response = await client.response();
  assert.equal(response.status, 403);
  assert.equal(response.headers.get('connection'), 'close');
  client.send('y'.repeat(1_000_000));
  await client.all();
});

test('a limit of the host of the connection holds', async (t) => {
  const running = await serving(t, {
    hosts: (folder) => [
      hostPlan({
        limits: { line: 50, fields: 2, fieldSize: 30 },
        mounts: [mountPlan('/', `${folder}/app.wsgi`)],
      }),
    ],
  });
  assert.equal((await running.ask(get(`/${'x'.repeat(60)}`))).status, 414);
  assert.equal((await running.ask(get('/', 'A: b', 'C: d'))).status, 431);
  assert.equal((await running.ask(get('/', `A: ${'b'.repeat(40)}`))).status, 431);
});

test('of an endless pipeline a bounded part is answered, then the connection closes', async (t) => {
  const running = await serving(t, { host: { maxKeepAliveRequests: 0 } });
  const text = await running.client().send(get('/x').repeat(1000)).all();
  const answers = text.match(/HTTP\/1\.1 200/g)?.length ?? 0;
  assert.ok(answers > 200 && answers < 1000, `${answers} answers`);
  assert.equal(text.match(/Connection: close/gi)?.length, 1);
});

test('a pipeline that is read slowly is answered as it is read', async (t) => {
  const running = await serving(t, { host: { maxKeepAliveRequests: 0 } });
  const runtime = await running.runtime((request) =>
    request.respond('200 OK', Buffer.alloc(100_000)),
  );
  running.gateway.endpointDown(1);
  const client = running.client().send(get('/x').repeat(100));
  client.socket.pause();
  await runtime.request(3);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(
    runtime.requests.length < 90,
    `${runtime.requests.length} were run although nobody reads`,
  );
  client.socket.resume();
  for (let index = 0; index < 100; index++) assert.equal((await client.response()).status, 200);
});

test('ten idle clients that wait for 100 Continue do not stop ten threads', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(
    (request) => {
      if (!request.hasBody) request.text('quick');
      else
        void request
          .until(() => request.bodyEnded)
          .then(() => request.text(request.body.toString('latin1')));
    },
    { threads: 10 },
  );
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n';
  const clients = Array.from({ length: 10 }, () => running.client().send(head));
  await runtime.request(4);
  // The gateway itself says it to those beyond half of the threads, and collects their bodies.
  const told: RawClient[] = [];
  await new Promise<void>((resolve) => {
    for (const client of clients)
      client.response().then(
        ({ status }) => {
          if (status === 100 && told.push(client) === 5) resolve();
        },
        () => {},
      );
  });
  assert.equal((await running.ask(get('/'))).body, 'quick');
  assert.equal(runtime.requests.filter(({ hasBody }) => hasBody).length, 5);
  for (const client of told.splice(0)) {
    client.send('abc');
    assert.equal((await client.response()).body, 'abc');
  }
  assert.equal(told.length, 0, 'who has a thread is told when the application has begun');
});

test('a client that waits for 100 Continue learns at once that its group is broken', async (t) => {
  const running = await run(t);
  running.gateway.groupBroken('site', '', 'on purpose');
  const response = await running.ask(
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n',
  );
  assert.equal(response.status, 503);
});

test('an application is told when its client has closed its sending side, also one that gets it later', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {}, { threads: 1 });
  const first = running.client().send(get('/first'));
  const one = await runtime.request(0);
  const second = running.client().send(get('/second'));
  first.socket.end();
  await one.until(({ halfClosed }) => halfClosed);
  second.socket.end();
  one.text('read still');
  assert.equal((await first.response()).body, 'read still');
  const two = await runtime.request(1);
  await two.until(({ halfClosed }) => halfClosed);
  // It has yielded empty blocks for a while: nobody is there, which is no failure.
  two.frame(Frame.Failed, Buffer.of(Failure.Gone));
  assert.equal(await second.all(), '');
  assert.deepEqual(running.events, []);
});
