import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../src/base/events.js';
import type { FromGateway } from '../../../src/server/link.js';
import { createOutgoing } from '../../../src/server/outgoing.js';

/** A supervisor that reads nothing until it is told to. */
function frozen() {
  const sent: FromGateway[] = [];
  const callbacks: (() => void)[] = [];
  const outgoing = createOutgoing((message, done) => {
    sent.push(message);
    callbacks.push(done);
  });
  const resume = () => {
    for (const done of callbacks.splice(0)) done();
  };
  return { ...outgoing, sent, resume };
}

const line = (text: string): Event => ({
  type: 'application-output',
  processGroup: '',
  applicationGroup: '',
  pid: 1,
  stream: 'stdout',
  text,
});

test('events that nobody reads are dropped beyond some megabytes, and counted', () => {
  const { emit, sent, resume } = frozen();
  for (let count = 0; count < 2000; count++) emit(line('x'.repeat(32 * 1024)));
  const kept = sent.length;
  assert.ok(kept > 100 && kept < 300, `${kept} lines`);
  resume();
  assert.deepEqual(sent.at(-1), {
    type: 'event',
    event: { type: 'events-dropped', count: 2000 - kept },
  });
});

test('short events are dropped as well, but never the answer to the supervisor', () => {
  const { emit, tell, sent } = frozen();
  for (let count = 0; count < 20_000; count++) emit(line('x'));
  assert.equal(sent.length, 10_000);
  tell({ type: 'want', processGroup: 'a', applicationGroup: '' });
  assert.equal(sent.length, 10_000, 'it is said again each second');
  tell({ type: 'alive' });
  tell({ type: 'overdue', endpoint: 1 });
  assert.deepEqual(
    sent.slice(-2).map(({ type }) => type),
    ['alive', 'overdue'],
  );
});
