import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { answerHead } from '../../../src/gateway/http/answer-head.js';
import {
  sendWhole,
  type WholeRequest,
  type WholeResponse,
} from '../../../src/gateway/http/whole-answer.js';
import { get, type Running, run } from './support/running.js';

/** All that a client gets for one request on a connection that stays open, without the time of day. */
async function received(running: Running, path: string): Promise<string> {
  const client = running.client().send(get(path));
  await client.until(({ received }) => received.endsWith('hello'));
  client.destroy();
  return client.received.replace(/(Date: )[^\r]*/, '$1…');
}

test('an answer that is sent as one text has the head that node:http itself writes', async (t) => {
  const running = await run(t);
  const head = '200 Fine\nContent-Type\ntext/plain\nX-Two\na\nx-two\n\xe9\nContent-Length\n5';
  await running.runtime((request) => {
    if (request.path === '/whole') request.respond(head, 'hello');
    else {
      request.head(head);
      request.data('hello');
      request.end();
    }
  });
  const whole = await received(running, '/whole');
  assert.equal(whole, await received(running, '/parts'));
  assert.match(whole, /^HTTP\/1\.1 200 Fine\r\n[\s\S]*Keep-Alive: timeout=5\r\n\r\nhello$/);
});

test('the Date of an application is the only one', async (t) => {
  const running = await run(t);
  const date = 'Thu, 01 Jan 1970 00:00:00 GMT';
  await running.runtime((request) => request.respond(`200 OK\ndate\n${date}`, 'hello'));
  const response = await running.ask(get('/'));
  assert.equal(response.headers.get('date'), date);
});

test('this Node.js sends an answer as one text; the documented way is taken where it would not', async (t) => {
  const head = answerHead(200, 'OK', ['Content-Length', '5']);
  const sent: boolean[] = [];
  const server = createServer((message, response) => {
    const request = message as unknown as WholeRequest;
    const answer = response as unknown as WholeResponse;
    answer._keepAliveTimeout = 5000;
    sent.push(sendWhole(request, { ...answer, _header: undefined as never }, head, 'hello'));
    sent.push(sendWhole({}, answer, head, 'hello'));
    sent.push(sendWhole(request, answer, { ...head, text: undefined }, 'hello'));
    sent.push(sendWhole(request, answer, head, 'hello'));
  });
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  assert.equal(await response.text(), 'hello');
  assert.deepEqual(sent, [false, false, false, true]);
});

test('heads that cannot be sent are no text', () => {
  assert.equal(answerHead(200, 'O\rK', []).text, undefined);
  assert.equal(answerHead(200, 'OK', ['X', 'a\nb']).text, undefined);
  assert.equal(answerHead(200, 'OK', ['X Y', 'a']).text, undefined);
  assert.equal(answerHead(200, 'OK', ['X', 'a\u0100']).text, undefined);
});
