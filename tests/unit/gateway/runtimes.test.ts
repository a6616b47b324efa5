import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { roomForInvented } from '../../../src/gateway/runtimes/invented-groups.js';
import { scriptKey } from '../../../src/protocol/control.js';
import { Frame, initialWindow } from '../../../src/protocol/frames.js';
import type { FakeRequest } from './support/fake-runtime.js';
import { groupPlan, hostPlan, mountPlan, settings } from './support/plans.js';
import { get, run } from './support/running.js';

const post = (body: string) =>
  `POST /form HTTP/1.1\r\nHost: example.com\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

test('a request that a killed process had begun gets 502, the connection stays usable', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/'));
  const request = await runtime.request(0);
  request.begin();
  runtime.kill();
  assert.equal((await client.response()).status, 502);
  const failed = await running.event('request-failed');
  assert.equal(failed.pid, runtime.endpoint.pid);
  running.gateway.endpointDown(runtime.endpoint.id, 'died');
  await running.runtime((next) => next.text('next process'));
  assert.equal((await client.send(get('/')).response()).body, 'next process');
});

test('a POST that a killed process had not begun runs elsewhere, with its whole body', async (t) => {
  const running = await run(t);
  const first = await running.runtime(() => {});
  const body = 'x'.repeat(200_000);
  const answer = running.ask(post(body));
  const lost = await first.request(0);
  await lost.until(() => lost.bodyEnded);
  first.kill();
  running.gateway.endpointDown(first.endpoint.id, 'died');
  const second = await running.runtime((request) => {
    request.begin();
    void request.until(() => request.bodyEnded).then(() => request.text(`${request.body.length}`));
  });
  assert.equal((await answer).body, '200000');
  assert.equal(second.requests.length, 1);
});

test('a big upload moves too, as long as nothing of it was begun', async (t) => {
  const running = await run(t);
  const first = await running.runtime(() => {});
  const body = 'y'.repeat(2_000_000);
  const answer = running.ask(post(body));
  const lost = await first.request(0);
  await lost.until(() => lost.body.length === initialWindow);
  first.kill();
  running.gateway.endpointDown(first.endpoint.id, 'died');
  await running.runtime((request) => {
    request.begin();
    let granted = 0;
    void request
      .until(() => {
        if (request.body.length - granted > 100_000) {
          request.grant(request.body.length - granted);
          granted = request.body.length;
        }
        return request.bodyEnded;
      })
      .then(() =>
        request.text(`${request.body.length} ${request.body.every((byte) => byte === 121)}`),
      );
  });
  assert.equal((await answer).body, '2000000 true');
});

test('no more of a body is sent than there is credit for', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  running.client().send(post('z'.repeat(2_000_000)));
  const request = await runtime.request(0);
  request.begin();
  await request.until(() => request.body.length === initialWindow);
  request.grant(70_000);
  await request.until(() => request.body.length === initialWindow + 70_000);
});

test('a client that waits for 100 Continue is held back by the application', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running
    .client()
    .send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\nExpect: 100-continue\r\n\r\n');
  const request = await runtime.request(0);
  request.begin();
  assert.equal((await client.response()).status, 100);
  client.send('z'.repeat(20_000_000));
  await request.until(() => request.body.length === initialWindow);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(request.body.length, initialWindow);
  assert.ok(client.socket.writableLength > 5_000_000, 'the client still has most of it');
  request.grant(70_000);
  await request.until(() => request.body.length === initialWindow + 70_000);
});

test('a slow reader gets credit granted only as it reads', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/big'));
  client.socket.pause();
  const request = await runtime.request(0);
  request.head('200 OK\nContent-Type\ntext/plain');
  const block = Buffer.alloc(64 * 1024, 'a');
  let sent = 0;
  const more = () => {
    while (initialWindow + request.credit - sent >= block.length) {
      request.data(block);
      sent += block.length;
    }
  };
  request.changed = more;
  more();
  await new Promise((resolve) => setTimeout(resolve, 150));
  const stuck = sent;
  assert.ok(stuck < 20_000_000, `${stuck} bytes left although nobody reads`);
  client.socket.resume();
  await client.until(() => sent > stuck + 5_000_000);
});

test('other requests pass one whose client does not read', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const slow = running.client().send(get('/slow'));
  slow.socket.pause();
  const request = await runtime.request(0);
  request.head('200 OK');
  for (let index = 0; index < 4; index++) request.data(Buffer.alloc(64 * 1024));
  runtime.application = (next) => next.text('quick');
  assert.equal((await running.ask(get('/quick'))).body, 'quick');
});

test('a response that breaks off is seen as broken, chunked', async (t) => {
  const running = await run(t);
  await running.runtime((request) => {
    request.head('200 OK\nContent-Type\ntext/plain');
    request.data('half');
    request.frame(7);
  });
  const response = await running.ask(get('/'));
  assert.equal(response.body, 'half');
  assert.equal(response.whole, false);
  assert.equal(
    (await running.event('response-cut')).reason,
    'the application failed while it answered',
  );
});

test('a response that breaks off is seen as broken, with a Content-Length', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/'));
  const request = await runtime.request(0);
  request.head('200 OK\nContent-Length\n100');
  request.data('half');
  await client.until(() => client.received.endsWith('half'));
  runtime.kill();
  const response = await client.response();
  assert.equal(response.whole, false);
});

test('fewer bytes than Content-Length end the connection', async (t) => {
  const running = await run(t);
  await running.runtime((request) => request.respond('200 OK\nContent-Length\n10', 'abc'));
  const client = running.client().send(get('/') + get('/next'));
  const response = await client.response();
  assert.equal(response.body, 'abc');
  assert.equal(response.whole, false);
  assert.ok(client.closed);
});

test('more bytes than Content-Length are cut, and told once', async (t) => {
  const running = await run(t);
  await running.runtime((request) => {
    request.head('200 OK\nContent-Length\n2');
    request.data('abc');
    request.data('def');
    request.end();
  });
  const client = running.client().send(get('/'));
  assert.equal((await client.response()).body, 'ab');
  assert.equal((await client.send(get('/')).response()).body, 'ab', 'the connection is in order');
  const told = running.events.filter((event) => event.type === 'response-truncated-to-length');
  assert.equal(told.length, 2);
});

test('HEAD, 204 and 304 have no body whatever the application sends', async (t) => {
  const running = await run(t);
  await running.runtime((request) => {
    if (request.path === '/head') request.respond('200 OK\nContent-Length\n5', 'hello');
    else request.respond(`${request.path.slice(1)} X`, 'hello');
  });
  const client = running.client();
  client.send(get('/head').replace('GET', 'HEAD'));
  const head = await client.response(true);
  assert.equal(head.headers.get('content-length'), '5');
  assert.equal((await client.send(get('/204')).response()).status, 204);
  assert.equal((await client.send(get('/304')).response()).status, 304);
  assert.equal(client.received, '');
});

test('hop-by-hop headers of the application are dropped', async (t) => {
  const running = await run(t);
  await running.runtime((request) =>
    request.respond(
      '200 OK\nTransfer-Encoding\nchunked\nConnection\nupgrade\nKeep-Alive\nx\nServer\nmine\nX-A\n1',
      'ok',
    ),
  );
  const response = await running.ask(get('/'));
  assert.equal(response.body, 'ok');
  assert.equal(response.headers.get('transfer-encoding'), undefined);
  assert.equal(response.headers.get('connection'), 'keep-alive');
  assert.equal(response.headers.get('server'), 'mine');
  assert.equal(response.headers.get('x-a'), '1');
});

for (const [name, head] of [
  ['a carriage return in a value', '200 OK\nX\na\rSet-Cookie: b'],
  ['NUL in a value', '200 OK\nX\na\0b'],
  ['a blank in a name', '200 OK\nX Y\na'],
  ['a control character in the reason', '200 O\rK\nX\na'],
  ['a status that is not final', '101 Switching\nX\na'],
  ['two different lengths', '200 OK\nContent-Length\n1\nContent-Length\n2'],
  ['a head without a value', '200 OK\nX'],
] as const) {
  test(`${name} in an answer becomes 500`, async (t) => {
    const running = await run(t);
    await running.runtime((request) => request.respond(head, 'x'));
    const response = await running.ask(get('/'));
    assert.equal(response.status, 500);
    assert.equal(response.headers.get('set-cookie'), undefined);
  });
}

test('reasons for no answer have their statuses', async (t) => {
  const running = await run(t);
  await running.runtime((request) =>
    request.frame(11, String.fromCharCode(Number(request.path.slice(1)))),
  );
  const client = running.client();
  for (const [failure, status] of [
    [1, 500],
    [2, 500],
    [3, 500],
    [4, 404],
  ])
    assert.equal((await client.send(get(`/${failure}`)).response()).status, status);
});

test('a full queue gives 503 with Retry-After at once', async (t) => {
  const running = await run(t, { group: { queueLimit: 1 } });
  const runtime = await running.runtime(() => {}, { threads: 1 });
  running.client().send(get('/runs'));
  await runtime.request(0);
  running.client().send(get('/waits'));
  let response = await running.ask(get('/too-many'));
  while (response.status !== 503) response = await running.ask(get('/too-many'));
  assert.equal(response.headers.get('retry-after'), '1');
});

test('a request that waits longer than queue-timeout gets 504', async (t) => {
  const running = await run(t, { group: { timeouts: { ...groupPlan().timeouts, queue: 0.2 } } });
  const runtime = await running.runtime(() => {}, { threads: 1 });
  running.client().send(get('/runs'));
  await runtime.request(0);
  assert.equal((await running.ask(get('/waits'))).status, 504);
});

test('queue-timeout counts for a request in the process that was not begun, too', async (t) => {
  const running = await run(t, { group: { timeouts: { ...groupPlan().timeouts, queue: 0.2 } } });
  const threads = 10;
  const runtime = await running.runtime((request) => request.text('quick'), { threads });
  // A process that is known to be quick gets requests beyond its threads.
  for (let count = 0; count < 20; count++) await running.ask(get('/'));
  const before = runtime.requests.length;
  runtime.application = (request) => void (request.path === '/runs' && request.begin());
  for (let count = 0; count < threads; count++) running.client().send(get('/runs'));
  const last = await runtime.request(before + threads - 1);
  const waiting = running.ask(get('/waits'));
  const stuck = await runtime.request(before + threads);
  assert.equal((await waiting).status, 504);
  assert.equal(stuck.begin(), false);
  assert.equal(last.aborted, false);
});

test('a request that waits longer than connect-timeout for any process gets 503', async (t) => {
  const running = await run(t, { group: { timeouts: { ...groupPlan().timeouts, connect: 0.2 } } });
  assert.equal((await running.ask(get('/'))).status, 503);
});

test('a broken group answers 503 at once, until a process comes up', async (t) => {
  const running = await run(t);
  running.gateway.groupBroken('site', '', 'the virtual environment is gone');
  assert.equal((await running.ask(get('/'))).status, 503);
  await running.runtime((request) => request.text('repaired'));
  assert.equal((await running.ask(get('/'))).body, 'repaired');
});

test('a process to which no connection can be made is told, and requests wait for another one', async (t) => {
  const running = await run(t);
  running.gateway.endpointUp({
    id: 999,
    processGroup: 'site',
    applicationGroup: '',
    pid: 1,
    socket: '/nonexistent/socket',
    journal: '/nonexistent/journal',
    secret: '',
    threads: 1,
    dialect: 3,
  });
  const waiting = running.ask(get('/'));
  const until = performance.now() + 20_000;
  while (!running.wanted.includes('unreachable 999') && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(running.wanted.includes('unreachable 999'));
  running.gateway.groupBroken('site', '', 'no process can be started');
  assert.equal((await waiting).status, 503, 'it serves nobody');
  const next = running.ask(get('/'));
  assert.equal((await next).status, 503);
  await running.runtime((request) => request.text('replaced'));
  assert.equal((await running.ask(get('/'))).body, 'replaced');
});

test('a process group that nobody defined gives 500 and says so', async (t) => {
  const running = await run(t, {
    host: { settings: { ...settings, processGroup: { kind: 'literal', name: 'nobody' } } },
  });
  assert.equal((await running.ask(get('/'))).status, 500);
  assert.match((await running.event('request-failed')).reason, /"nobody"/);
});

test('a process group of another host gives 500', async (t) => {
  const running = await run(t, { group: { restrictedTo: 'other.example' } });
  assert.equal((await running.ask(get('/'))).status, 500);
});

test('clients cannot make application groups without end, and names of the configuration have room', async (t) => {
  const running = await run(t, { hosts: byHost });
  const room = roomForInvented(2);
  for (let index = 0; index < room; index++) running.client().send(asking(`h${index}.example`));
  while (running.wanted.length < room) await new Promise(setImmediate);
  assert.equal((await running.ask(asking('one.more'))).status, 503);
  for (const name of ['example.com', 'www.example.com']) running.client().send(asking(name));
  while (!running.wanted.includes('site/www.example.com')) await new Promise(setImmediate);
  assert.ok(running.wanted.includes('site/example.com'));
  assert.ok(!running.wanted.includes('site/one.more'));
});

test('a name that nobody asks for makes room for another one, and its processes are given up', async (t) => {
  const clock = movableClock(t);
  const running = await run(t, { hosts: byHost });
  const room = roomForInvented(2);
  for (let index = 0; index < room; index++) {
    const about = { applicationGroup: `h${index}.example` };
    await running.runtime((request) => request.text('fine'), about);
    assert.equal((await running.ask(asking(about.applicationGroup))).body, 'fine');
  }
  assert.equal((await running.ask(asking('one.more'))).status, 503);
  clock.move(61_000);
  assert.equal((await running.ask(asking('h0.example'))).body, 'fine');
  await running.runtime((request) => request.text('more'), { applicationGroup: 'one.more' });
  assert.equal((await running.ask(asking('one.more'))).body, 'more');
  assert.deepEqual(
    running.wanted.filter((one) => one.startsWith('not')),
    ['not site/h1.example'],
  );
});

test('the connection of a name that nobody asks for is closed, and made again when somebody does', async (t) => {
  const clock = movableClock(t);
  const running = await run(t, { hosts: byHost, group: { isolation: 'interpreters' } });
  const runtime = await running.runtime((request) => request.text('fine'));
  for (const name of ['example.com', 'made.up'])
    assert.equal((await running.ask(asking(name))).body, 'fine');
  assert.deepEqual(runtime.greetings.sort(), ['', 'example.com', 'made.up invented']);
  clock.move(601_000);
  await runtime.closed('made.up invented');
  assert.equal((await running.ask(asking('made.up'))).body, 'fine');
  assert.deepEqual(runtime.greetings.sort(), ['', 'example.com', 'made.up invented']);
});

const asking = (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

const byHost = (folder: string) => [
  hostPlan({
    name: 'example.com',
    aliases: ['www.example.com', '*.example'],
    mounts: [mountPlan('/', `${folder}/app.wsgi`)],
    settings: { ...settings, applicationGroup: { kind: 'host' } },
  }),
];

/** What is measured with `performance` can be made older. */
function movableClock(t: TestContext): { move(milliseconds: number): void } {
  const now = performance.now.bind(performance);
  let moved = 0;
  t.mock.method(performance, 'now', () => now() + moved);
  return {
    move(milliseconds) {
      moved += milliseconds;
    },
  };
}

test('a request that a process refuses goes to another one', async (t) => {
  const running = await run(t);
  const first = await running.runtime((request) => request.frame(12));
  const answer = running.ask(get('/'));
  await first.request(0);
  first.goAway();
  running.gateway.endpointDown(first.endpoint.id);
  await running.runtime((request) => request.text('taken'));
  assert.equal((await answer).body, 'taken');
});

test('one request at a time waits for the new code, the others get the old', async (t) => {
  const running = await run(t);
  const old = await running.runtime(outdatedAt('/first'));
  const waiting = running.ask(get('/first'));
  await old.request(0);
  for (let count = 1; count <= 3; count++)
    assert.equal((await running.ask(get('/beside'))).body, 'old /beside');
  await running.runtime((request) => request.text(`new ${request.path}`));
  assert.equal((await waiting).body, 'new /first');
  assert.equal((await running.ask(get('/second'))).body, 'new /second');
  assert.equal(old.requests.length, 4);
});

test('the old code serves on when its successor cannot start', async (t) => {
  const running = await run(t);
  const old = await running.runtime(outdatedAt('/first'));
  const waiting = running.ask(get('/first'));
  await old.request(0);
  while (old.requests.length === 1) await running.ask(get('/beside'));
  running.gateway.groupBroken('site', '', 'the new code ends the process');
  assert.equal((await waiting).status, 503);
  assert.equal((await running.ask(get('/beside'))).body, 'old /beside');
});

test('who waited for new code that cannot be imported is answered by the old', async (t) => {
  const running = await run(t);
  const old = await running.runtime(outdatedAt('/first'));
  const waiting = running.ask(get('/first'));
  const refused = await old.request(0);
  while (old.requests.length === 1) await running.ask(get('/beside'));
  old.application = (request) => request.text('old all the same');
  old.tell(Frame.Current, refused.script);
  assert.equal((await waiting).body, 'old all the same');
  assert.equal((await running.ask(get('/first'))).body, 'old all the same');
});

/** Two scripts in one group. */
const twoScripts = {
  hosts: (folder: string) => [
    hostPlan({
      mounts: [mountPlan('/a', `${folder}/app.wsgi`), mountPlan('/b', `${folder}/other.wsgi`)],
    }),
  ],
};

test('nobody waits for the new code of another script', async (t) => {
  const running = await run(t, twoScripts);
  await writeFile(`${running.folder}/other.wsgi`, '');
  const old = await running.runtime((request) => {
    if (request.script.endsWith('app.wsgi')) request.refuseAsOutdated();
    else request.text('other');
  });
  const first = running.ask(get('/a'));
  await old.request(0);
  const gone = running.client().send(get('/a'));
  assert.equal((await running.ask(get('/b'))).body, 'other');
  gone.destroy();
  await running.runtime((request) => request.text('new'));
  assert.equal((await first).body, 'new');
});

test('what a new process could not import is served by the one that it replaces', async (t) => {
  const running = await run(t, twoScripts);
  await writeFile(`${running.folder}/other.wsgi`, '');
  const old = await running.runtime((request) => request.text('old'));
  const lacks = [scriptKey(running.script, '')];
  await running.runtime((request) => request.text('new'), { replaces: [1], lacks });
  const bodies: string[] = [];
  for (const path of ['/a', '/b', '/a', '/b']) bodies.push((await running.ask(get(path))).body);
  assert.deepEqual(bodies, ['old', 'new', 'old', 'new']);
  old.application = (request) => request.refuseAsOutdated();
  const mended = running.ask(get('/a'));
  await old.request(2);
  assert.equal((await running.ask(get('/b'))).body, 'new');
  await running.runtime((request) => request.text('mended'), { replaces: [1, 2] });
  assert.equal((await mended).body, 'mended');
});

test('where nobody has it any more, the process that could not import it says so', async (t) => {
  const running = await run(t);
  const old = await running.runtime((request) => request.text('old'));
  const lacks = [scriptKey(running.script, '')];
  await running.runtime((request) => request.frame(Frame.Failed, '\x02'), {
    replaces: [1],
    lacks,
  });
  assert.equal((await running.ask(get('/'))).body, 'old');
  running.gateway.endpointDown(old.endpoint.id, 'died');
  old.kill();
  assert.equal((await running.ask(get('/'))).status, 500);
});

function outdatedAt(path: string) {
  return (request: FakeRequest) => {
    if (request.path === path) request.refuseAsOutdated();
    else request.text(`old ${request.path}`);
  };
}

test('what a frozen process has not begun moves to another process, and never runs twice', async (t) => {
  const running = await run(t);
  const frozen = await running.runtime(() => {});
  const answer = running.ask(get('/'));
  const stuck = await frozen.request(0);
  await running.runtime((request) => request.text('the other one'));
  assert.equal((await answer).body, 'the other one');
  assert.equal(stuck.begin(), false, 'the frozen process sees that it was withdrawn');
  assert.equal((await running.event('requests-moved')).count, 1);
});

test('what a silent process has begun stays with it', async (t) => {
  const running = await run(t);
  const silent = await running.runtime(() => {});
  const answer = running.ask(get('/'));
  const request = await silent.request(0);
  request.begin();
  await running.runtime((other) => other.text('wrong'));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  request.text('right');
  assert.equal((await answer).body, 'right');
});

test('the application is told when its client has gone', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const client = running.client().send(get('/'));
  const request = await runtime.request(0);
  client.socket.resetAndDestroy();
  await request.until(() => request.aborted);
  request.frame(7);
  runtime.application = (next) => next.text('on it goes');
  assert.equal((await running.ask(get('/'))).body, 'on it goes');
  assert.equal(running.events.length, 0);
});

test('a process gets at most as many requests as it has threads until it is known to be quick', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {}, { threads: 2 });
  for (let index = 0; index < 5; index++) running.client().send(get(`/${index}`));
  await runtime.request(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(runtime.requests.length, 2);
});

test('draining finishes what runs and closes the rest', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const idle = running.client();
  const busy = running.client().send(get('/'));
  const request = await runtime.request(0);
  const drained = running.gateway.drain();
  request.text('finished');
  const response = await busy.response();
  assert.equal(response.body, 'finished');
  assert.equal(response.headers.get('connection'), 'close');
  await idle.all();
  await drained;
});

test('a request that runs longer than request-timeout gets 504, and its application is told', async (t) => {
  const running = await run(t, { group: { timeouts: { ...groupPlan().timeouts, request: 0.2 } } });
  const runtime = await running.runtime((request) => request.begin());
  assert.equal((await running.ask(get('/'))).status, 504);
  const request = await runtime.request(0);
  await request.until(() => request.aborted);
  assert.deepEqual(running.wanted, [`overdue ${runtime.endpoint.id}`]);
});

test('requests that a dead process had not begun keep their order', async (t) => {
  const running = await run(t);
  const first = await running.runtime(() => {});
  const answers = [];
  for (let index = 0; index < 4; index++) {
    answers.push(running.ask(get(`/${index}`)));
    await first.request(index);
  }
  first.kill();
  running.gateway.endpointDown(first.endpoint.id, 'died');
  const second = await running.runtime((request) => request.text(request.path), { threads: 1 });
  for (const answer of answers) assert.equal((await answer).status, 200);
  assert.deepEqual(
    second.requests.map((request) => request.path),
    ['/0', '/1', '/2', '/3'],
  );
});

test('frames of a stream that is over are ignored', async (t) => {
  const running = await run(t);
  const runtime = await running.runtime((request) => request.text(request.path));
  const client = running.client();
  await client.send(get('/first')).response();
  const first = await runtime.request(0);
  runtime.application = (request) => {
    first.text('of an older request');
    first.data('stray');
    first.end();
    request.text('its own');
  };
  assert.equal((await client.send(get('/second')).response()).body, 'its own');
});

test('a request that no process survives gets 502 in the end', async (t) => {
  const running = await run(t);
  await running.runtime((request) => request.frame(99));
  assert.equal((await running.ask(get('/'))).status, 502);
});
