import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get, run } from './support/running.js';

test('a request goes to the application and its answer comes back', async (t) => {
  const running = await run(t);
  await running.runtime((request) => request.text(`hello from ${request.path}`));
  const response = await running.ask(get('/some/where?x=1'));
  assert.equal(response.status, 200);
  assert.equal(response.body, 'hello from /some/where');
  assert.equal(response.headers.get('content-length'), '22');
  assert.equal(response.headers.get('server'), 'venvhost');
  assert.ok(response.headers.get('date'));
});

test('a process that is not there is asked for, and the request waits for it', async (t) => {
  const running = await run(t);
  const answer = running.ask(get('/'));
  while (running.wanted.length === 0) await new Promise(setImmediate);
  assert.deepEqual(running.wanted, ['site/']);
  await running.runtime((request) => request.text('here now'));
  assert.equal((await answer).body, 'here now');
});
