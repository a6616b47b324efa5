import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BusyNews, BusyWatch } from '../../../src/gateway/runtimes/busy-watch.js';
import type { DaemonProcess } from '../../../src/gateway/runtimes/process.js';
import { get, run } from './support/running.js';

/** A process with requests that were sent at these moments. */
function place(threads: number, ...sent: readonly number[]): DaemonProcess {
  const owners = sent.map((sentAt) => ({ sentAt, target: `/at-${sentAt}` }));
  const sentBefore = (before: number) =>
    owners.filter(({ sentAt }) => sentAt <= before).map((owner) => [1, owner]);
  return {
    threads,
    inFlight: sent.length,
    leaving: false,
    channels: () => [{ sentBefore }],
  } as never;
}

function newsOf(steps: readonly [seconds: number, processes: readonly DaemonProcess[]][]) {
  const watch = new BusyWatch();
  const news: [seconds: number, BusyNews][] = [];
  for (const [seconds, processes] of steps) {
    const told = watch.look(processes, 7, seconds * 1000);
    if (told) news.push([seconds, told]);
  }
  return news;
}

test('threads that are all busy for ten seconds are told once, with the oldest request, and when one is free', () => {
  const busy = [place(2, 4000, 3000), place(1, 5000)];
  const news = newsOf([
    [1, [place(2, 500)]],
    [5, busy],
    [14.9, busy],
    [15, busy],
    [40, busy],
    [45, [place(2, 4000, 3000), place(1)]],
    [46, [place(2, 4000), place(1)]],
  ]);
  assert.deepEqual(news, [
    [15, { type: 'threads-busy', threads: 3, waiting: 7, target: '/at-3000', seconds: 12 }],
    [45, { type: 'threads-free', seconds: 40 }],
  ]);
});

test('one thread that is free for a moment ends the count; episodes are told once a minute', () => {
  const busy = [place(1, 0)];
  const free = [place(1)];
  const told = (steps: Parameters<typeof newsOf>[0]) =>
    newsOf(steps).map(([seconds, { type }]) => `${type} ${seconds}`);
  assert.deepEqual(
    told([
      [1, busy],
      [9, free],
      [10, busy],
      [19, busy],
      [20, busy],
    ]),
    ['threads-busy 20'],
  );
  assert.deepEqual(
    told([
      [1, busy],
      [11, busy],
      [12, free],
      [13, busy],
      [23, busy],
      [30, free],
      [60, busy],
      [71, busy],
    ]),
    ['threads-busy 11', 'threads-free 12', 'threads-busy 71'],
  );
  assert.deepEqual(
    told([
      [1, busy],
      [11, []],
      [12, busy],
    ]),
    [],
    'no process is no busy one',
  );
});

test('a gateway tells that all threads are busy, and that one is free again', {
  timeout: 60_000,
}, async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {}, { threads: 2 });
  const clients = [running.client().send(get('/one'))];
  await runtime.request(0);
  clients.push(...['/two', '/three'].map((path) => running.client().send(get(path))));
  const { seconds, ...busy } = await running.event('threads-busy');
  assert.deepEqual(busy, {
    type: 'threads-busy',
    processGroup: 'site',
    applicationGroup: '',
    threads: 2,
    waiting: 1,
    target: '/one',
  });
  assert.ok(seconds >= 9.8, String(seconds));
  for (let index = 0; index < 3; index++) (await runtime.request(index)).text('done');
  for (const client of clients) assert.equal((await client.response()).body, 'done');
  await running.event('threads-free');
});
