import assert from 'node:assert/strict';
import { type Answer, ask, open, parseAnswer, readAll } from '../support/http.js';
import { isEvent } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

const chunked = `
<Location /chunked>
    WSGIChunkedRequest On
</Location>`;
const mounts = { '/chunked': 'answers-in-many-shapes', '/': 'answers-in-many-shapes' };
const site = { mounts, more: () => chunked, group: 'threads=4' };

testWithPythons('a body arrives whole, whatever its framing', 1, async ([python]) => {
  await withSite(python!, site, async ({ port }) => {
    const long = 'a line\n'.repeat(60_000);
    assert.equal((await ask(port, '/body', { method: 'POST', body: long })).text, long);
    assert.equal((await ask(port, '/body', { method: 'GET', body: 'of a GET' })).text, 'of a GET');
    assert.equal(
      (await ask(port, '/input', { method: 'POST', body: 'one\ntwo three\nrest' })).text,
      'one\n|tw|o t|hree\nrest|',
    );
    const inChunks = '5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Trailer: dropped\r\n\r\n';
    const head = 'HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    const answer = await exchange(port, `POST /chunked/body ${head}${inChunks}`);
    assert.equal(answer.text, 'hello world');
    const many = '1000\r\n'.concat('c'.repeat(4096), '\r\n').repeat(50);
    const much = await exchange(port, `POST /chunked/body ${head}${many}0\r\n\r\n`);
    assert.equal(much.body.length, 50 * 4096);
    assert.equal((await exchange(port, `POST /body ${head}${inChunks}`)).status, 411);
  });
});

testWithPythons('no cut upload is taken for a whole one', 1, async ([python]) => {
  await withSite(python!, site, async ({ port }) => {
    for (const request of [
      'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhello',
      `POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n${'h'.repeat(300_000)}`,
      'POST /chunked/body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
      'POST /chunked/body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel',
    ]) {
      const answer = await exchange(port, request, true);
      assert.equal(answer.status, 400, request.slice(0, 40));
    }
  });
});

testWithPythons(
  'a client that expects 100 Continue gets it when its request runs',
  1,
  async ([python]) => {
    await withSite(python!, site, async ({ port }) => {
      const head = (path: string) =>
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n`;
      const socket = await open(port);
      socket.write(head('/body'));
      const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
      assert.equal(first.toString('latin1'), 'HTTP/1.1 100 Continue\r\n\r\n');
      socket.write('hello');
      assert.equal(parseAnswer(await readAll(socket)).text, 'hello');
      assert.equal((await exchange(port, head('/nowhere'))).status, 500);
      const refused = await exchange(port, head('/body').replace('100-continue', 'magic'));
      assert.equal(refused.status, 417);
    });
  },
);

testWithPythons(
  'bad input is a 4xx or 5xx, and never reaches the application',
  1,
  async ([python]) => {
    await withSite(python!, site, async (server) => {
      for (const [request, status] of [
        ['GET /dies HTTP/1.1\r\n\r\n', 400],
        ['GET /dies HTTP/1.1\nHost: x\n\n', 400],
        ['GET /dies HTTP/2.0\r\nHost: x\r\n\r\n', 505],
        ['GET /dies\r\n\r\n', 505],
        ['GET /dies HTTP/1.1\r\nHost: x\r\n X: folded\r\n\r\n', 400],
        ['GET /dies HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n', 400],
        ['GET /dies HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n', 400],
        ['GET /dies HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n', 400],
        ['GET ftp://x/dies HTTP/1.1\r\nHost: x\r\n\r\n', 400],
        ['POST /dies HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
        ['POST /dies HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx', 400],
        ['POST /dies HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\nx', 400],
        ['POST /dies HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\nx', 400],
        ['POST /dies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n', 501],
        ['POST /chunked/dies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
        ['POST /chunked/dies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n', 400],
        [
          'POST /chunked/dies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n',
          400,
        ],
        ['TRACE /dies HTTP/1.1\r\nHost: x\r\n\r\n', 405],
        ['GET /di%2Fes HTTP/1.1\r\nHost: x\r\n\r\n', 404],
        ['GET /../dies HTTP/1.1\r\nHost: x\r\n\r\n', 400],
      ] as const) {
        const socket = await open(server.port);
        socket.write(Buffer.from(request, 'latin1'));
        const text = (await readAll(socket.end(), 5000)).toString('latin1');
        assert.equal(Number(text.slice(9, 12)), status, JSON.stringify(request));
        assert.equal(text.match(/HTTP\/1\.1 \d/g)?.length, 1, 'one answer');
      }
      assert.deepEqual(server.log.filter(isEvent('daemon-died')), []);
    });
  },
);

testWithPythons('slow readers and slow uploads stop nobody else', 1, async ([python]) => {
  await withSite(python!, site, async ({ port }) => {
    const slow = await Promise.all(Array.from({ length: 12 }, () => open(port)));
    for (const [index, socket] of slow.entries()) {
      socket.on('error', () => {});
      if (index < 6) {
        socket.pause();
        socket.write('GET /megabytes HTTP/1.1\r\nHost: x\r\n\r\n');
      } else {
        socket.write('POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n');
        socket.write('b'.repeat(200_000));
      }
    }
    for (let index = 0; index < 5; index++)
      assert.equal((await ask(port, '/one-block', { patience: 5000 })).text, 'one');
    for (const socket of slow) socket.destroy();
  });
});

async function exchange(port: number, request: string, half = false): Promise<Answer> {
  const socket = await open(port);
  socket.write(request);
  if (half) socket.end();
  return parseAnswer(await readAll(socket));
}
