import assert from 'node:assert/strict';
import { type Answer, ask, open, parseAnswer, readAll } from '../support/http.js';
import { isEvent, type Server } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

const site = { mounts: { '/': 'answers-in-many-shapes' }, group: 'threads=5' };

testWithPythons(
  'an answer has the framing that its shape and the HTTP version ask for',
  1,
  async ([python]) => {
    await withSite(python!, site, async ({ port }) => {
      const one = await ask(port, '/one-block');
      assert.equal(one.headers['content-length'], '3');
      for (const [shape, text] of [
        ['generator', 'onetwo'],
        ['late-start', 'late'],
        ['written', 'onetwo'],
      ] as const) {
        const chunked = await ask(port, `/${shape}`);
        assert.equal(chunked.headers['transfer-encoding'], 'chunked', shape);
        assert.equal(chunked.text, text);
        assert.equal(chunked.cut, false);
        const old = await exchange(
          port,
          `GET /${shape} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`,
        );
        assert.equal(old.headers['transfer-encoding'], undefined, 'HTTP/1.0 knows no chunks');
        assert.equal(old.headers['connection'], 'close');
        assert.equal(old.text, text);
      }
      assert.equal((await ask(port, '/empty')).headers['content-length'], '0');
      for (const shape of ['no-content', 'not-modified']) {
        const answer = await ask(port, `/${shape}`);
        assert.equal(answer.text, '', shape);
        assert.equal(answer.headers['transfer-encoding'], undefined);
      }
      for (const shape of ['one-block', 'generator', 'megabytes', 'line-in-value'])
        assert.equal((await ask(port, `/${shape}`, { method: 'HEAD' })).text, '', shape);
      assert.equal((await ask(port, '/cookies')).headers['set-cookie'], 'a=1\nb=2');
      assert.equal((await ask(port, '/odd-status')).status, 799);
      assert.equal((await ask(port, '/latin-1')).headers['x-a'], 'caf\xe9');
      assert.equal((await ask(port, '/file-like')).text, 'r'.repeat(20_000));
      assert.equal((await ask(port, '/closing')).headers['connection'], 'close');
      const changed = await ask(port, '/second-thoughts');
      assert.equal(changed.status, 500);
      assert.equal(changed.headers['x-first'], undefined);
      assert.equal(changed.text, 'sorry');
    });
  },
);

testWithPythons('no answer becomes a part of another one', 1, async ([python]) => {
  await withSite(python!, site, async ({ port }) => {
    const shapes = [
      'one-block',
      'too-long',
      'no-content',
      'own-framing',
      'not-modified',
      'generator',
    ];
    const socket = await open(port);
    socket.write(shapes.map((shape) => `GET /${shape} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
    socket.write('HEAD /megabytes HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.write('POST /one-block HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n');
    socket.write('GET /dies HTTP/1.1\r\n\r\n1234');
    socket.write('GET /one-block HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const text = (await readAll(socket)).toString('latin1');
    // The one in the body of own-framing is bytes of its body.
    const heads = text.match(/HTTP\/1\.1 \d+[^\r]*\r\n(?!\r\n)/g) ?? [];
    assert.deepEqual(
      heads.map((head) => head.slice(9, 12)),
      ['200', '200', '204', '200', '304', '200', '200', '200', '200'],
      text,
    );
    assert.ok(text.includes('\r\n\r\n12345HTTP/1.1 204'), 'what is too long is cut');
    assert.ok(text.endsWith('\r\n\r\none'));
  });
});

testWithPythons(
  'an answer that HTTP does not allow is a 500, and nothing of it goes out',
  1,
  async ([python]) => {
    await withSite(python!, site, async (server) => {
      for (const shape of [
        'nul-in-value',
        'line-in-value',
        'line-in-status',
        'line-in-name',
        'blank-in-name',
        'beyond-latin-1',
        'empty-length',
        'length-in-words',
        'not-final',
        'block-of-text',
        'no-start',
        'nothing',
      ]) {
        const answer = await ask(server.port, `/${shape}`);
        assert.equal(answer.status, 500, shape);
        assert.equal(answer.headers['x-injected'], undefined, shape);
        assert.ok(!/Traceback|wsgi|body/.test(answer.text.replace(/<\/?body>/g, '')), answer.text);
      }
    });
  },
);

testWithPythons('an answer that ends too early looks too short', 1, async ([python]) => {
  await withSite(python!, site, async (server) => {
    for (const shape of ['too-short', 'file-too-short', 'dies-while-answering?sized']) {
      const answer = await ask(server.port, `/${shape}`);
      assert.equal(answer.status, 200, shape);
      assert.ok(answer.cut, shape);
      assert.ok(!answer.body.includes(0), 'nothing is filled up');
    }
    assert.ok((await ask(server.port, '/dies-while-answering')).cut);
    assert.equal((await ask(server.port, '/dies')).status, 502);
    assert.equal((await ask(server.port, '/closes-its-files')).text, 'closed');
    assert.equal((await ask(server.port, '/one-block')).text, 'one');
  });
});

testWithPythons('blocks reach the client as they are made', 1, async ([python]) => {
  await withSite(python!, site, async (server) => {
    const socket = await open(server.port);
    socket.setEncoding('latin1');
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let text = '';
    let atFirst: string | undefined;
    for await (const part of socket) {
      text += part;
      if (atFirst === undefined && text.includes('first')) atFirst = text;
    }
    assert.ok(!atFirst?.includes('second'), text);
    assert.ok(text.includes('second'));
  });
});

testWithPythons(
  'close() is called when the client has gone, also while nothing is sent',
  1,
  async ([python]) => {
    await withSite(python!, site, async (server) => {
      for (const [index, shape] of ['endless', 'endless-silence'].entries()) {
        const socket = await open(server.port);
        socket.write(`GET /${shape} HTTP/1.1\r\nHost: x\r\n\r\n`);
        await new Promise((resolve) => socket.once('data', resolve));
        // Without a reset it may only have closed its sending side: what is written tells, or a second of silence.
        socket.destroy();
        await server.until(
          () => closed(server).length > index,
          `${shape} is closed when its client has gone`,
        );
      }
    });
  },
);

testWithPythons(
  'clients that went away from answers of empty blocks free their threads',
  1,
  async ([python]) => {
    await withSite(python!, site, async (server) => {
      for (let client = 0; client < 5; client++) {
        const socket = await open(server.port);
        socket.write('GET /endless-silence HTTP/1.1\r\nHost: x\r\n\r\n');
        await new Promise((resolve) => socket.once('data', resolve));
        socket.destroy();
      }
      assert.equal((await ask(server.port, '/one-block')).status, 200);
    });
  },
);

testWithPythons('readers who take nothing of long answers stop no thread', 1, async ([python]) => {
  await withSite(python!, site, async (server) => {
    const sockets = await Promise.all([0, 1, 2, 3, 4].map(() => open(server.port)));
    for (const socket of sockets) {
      socket.pause();
      socket.write('GET /twenty-megabytes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    }
    for (let count = 0; count < 5; count++)
      assert.equal((await ask(server.port, '/one-block')).status, 200);
    for (const socket of sockets) {
      const rest = readAll(socket);
      socket.resume();
      assert.equal(parseAnswer(await rest).cut, false);
    }
  });
});

testWithPythons(
  'a child that an application leaves behind holds no connection open',
  1,
  async ([python]) => {
    await withSite(python!, site, async (server) => {
      const before = Date.now();
      assert.equal((await ask(server.port, '/leaves-a-child')).text, 'alone');
      assert.ok(Date.now() - before < 3000);
    });
  },
);

function closed(server: Server): unknown[] {
  return server.log
    .filter(isEvent('application-output'))
    .filter((line) => line.msg?.includes('closed an endless answer'));
}

async function exchange(port: number, request: string): Promise<Answer> {
  const socket = await open(port);
  socket.write(request);
  return parseAnswer(await readAll(socket));
}
