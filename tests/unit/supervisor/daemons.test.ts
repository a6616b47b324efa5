import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessGroupPlan } from '../../../src/plan/plan.js';
import { type Behaviour, type Bench, isAlive, supervise } from './fake-daemon.js';

function bench(
  t: TestContext,
  behaviour: Behaviour,
  changes: Partial<ProcessGroupPlan> = {},
  compiled?: string,
): Bench {
  const made = supervise(behaviour, changes, compiled);
  t.after(() => made.end());
  return made;
}

test('a daemon that is ready becomes an endpoint with a private socket and a journal', async (t) => {
  const { event, endpoints } = bench(t, 'good');
  const ready = await event('daemon-ready');
  const [endpoint] = endpoints.values();
  assert.ok(endpoint);
  assert.equal(endpoint.pid, ready.pid);
  assert.equal(endpoint.threads, 3);
  assert.equal(statSync(endpoint.socket).mode & 0o777, 0o600);
  assert.equal(statSync(endpoint.journal).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(endpoint.socket)).mode & 0o077, 0);
});

test('stop leaves no process and no file', async (t) => {
  const { event, endpoints, supervisor } = bench(t, 'good', { processes: 2 });
  await event('daemon-ready', 2);
  const running = [...endpoints.values()];
  await supervisor.stop(1);
  assert.equal(endpoints.size, 0);
  for (const { pid, socket } of running) {
    assert.equal(isAlive(pid), false);
    assert.deepEqual(readdirSync(path.dirname(socket)), []);
  }
});

test('a daemon that dies is started again, each time later, and its last lines are told', async (t) => {
  const { event, events } = bench(t, 'dies');
  await event('daemon-restart-delayed', 3);
  const died = await event('daemon-died');
  assert.equal(died.code, 7);
  assert.equal(died.expected, false);
  assert.deepEqual(died.lastLines, ['first line', 'last words']);
  const delays = events.flatMap((seen) =>
    seen.type === 'daemon-restart-delayed' ? [seen.milliseconds] : [],
  );
  assert.deepEqual(delays, [100, 200, 400]);
});

test('a daemon that crashes in a request is started again soon, and its group is not broken', async (t) => {
  const { event, events, broken } = bench(t, 'crashes');
  await event('daemon-ready', 6);
  const delays = events.flatMap((seen) =>
    seen.type === 'daemon-restart-delayed' ? [seen.milliseconds] : [],
  );
  assert.deepEqual(delays, [13, 25, 50, 50], 'not the first time');
  assert.deepEqual(broken, []);
});

test('a process that never becomes ready does not break a group that has another one', async (t) => {
  const { event, endpoints, broken } = bench(t, 'only-first', { processes: 2 });
  await event('group-broken');
  assert.equal(endpoints.size, 1);
  assert.deepEqual(broken, []);
});

test('a killed daemon is replaced', async (t) => {
  const { event } = bench(t, 'good');
  const first = await event('daemon-ready');
  process.kill(first.pid, 'SIGKILL');
  const died = await event('daemon-died');
  assert.equal(died.signal, 'SIGKILL');
  const second = await event('daemon-ready', 2);
  assert.notEqual(second.pid, first.pid);
});

test('a daemon that is not ready within startup-timeout is killed', async (t) => {
  const { event } = bench(t, 'never-ready', {
    timeouts: { startup: 0.3, request: 0, queue: 45, graceful: 1, shutdown: 1, connect: 15 },
  });
  const late = await event('daemon-start-timeout');
  const died = await event('daemon-died');
  assert.equal(died.pid, late.pid);
  assert.equal(died.signal, 'SIGKILL');
  assert.equal(died.cause, 'startup-timeout');
});

test('a daemon that does not stop is killed after shutdown-timeout', async (t) => {
  const { event, supervisor } = bench(t, 'ignores-stop', {
    timeouts: { startup: 30, request: 0, queue: 45, graceful: 0, shutdown: 0.2, connect: 15 },
  });
  const { pid } = await event('daemon-ready');
  await supervisor.stop(0);
  await event('daemon-stop-timeout');
  assert.equal(isAlive(pid), false);
});

test('a daemon that leaves by itself is replaced while it finishes', async (t) => {
  const { event, endpoints } = bench(t, 'leaves-once');
  const first = await event('daemon-ready');
  const restarting = await event('daemon-restarting');
  assert.equal(restarting.reason, 'maximum-requests');
  const second = await event('daemon-ready', 2);
  assert.notEqual(second.pid, first.pid);
  assert.equal(endpoints.size, 2, 'the old one is there until it has finished');
});

test('a daemon whose script has changed is told to stop when another has imported the same', async (t) => {
  const { event, events, endpoints } = bench(t, 'changes');
  const first = await event('daemon-ready');
  const restarting = await event('daemon-restarting');
  assert.deepEqual([restarting.reason, restarting.script], ['script-changed', '/app.wsgi']);
  const died = await event('daemon-died');
  assert.deepEqual([died.pid, died.expected], [first.pid, true]);
  const told = events.map((one) => (one.type === 'application-output' ? one.text : one.type));
  assert.ok(told.includes('preloads /app.wsgi'));
  assert.ok(told.lastIndexOf('daemon-ready') < told.indexOf('daemon-died'));
  assert.deepEqual([...endpoints.keys()], [2]);
});

test('a daemon whose script has changed stays as long as its successors fail', async (t) => {
  const { event, events } = bench(t, 'changes-and-dies');
  const first = await event('daemon-ready');
  await event('daemon-ready', 2);
  const died = await event('daemon-died', 5);
  assert.equal(died.pid, first.pid);
  const kept = await event('daemon-kept');
  assert.deepEqual(
    [kept.pid, kept.script, kept.serves, kept.reason],
    [first.pid, '/app.wsgi', true, 'its new process ended with exit status 7'],
  );
  assert.ok(!events.some((one) => one.type === 'daemon-restart-delayed'), 'no death of its own');
  assert.ok(!events.some((one) => one.type === 'group-broken'));
});

test('a daemon whose new code cannot be imported serves on, and is told why', async (t) => {
  const { event, events, endpoints } = bench(t, 'breaks');
  const first = await event('daemon-ready');
  const kept = await event('daemon-kept');
  assert.deepEqual([kept.pid, kept.serves, kept.reason], [first.pid, true, 'no x']);
  const told = () =>
    events.some((one) => 'text' in one && one.text === 'told that /app.wsgi: no x');
  while (!told()) await pause(5);
  const died = await event('daemon-died');
  assert.deepEqual([died.expected, died.pid === first.pid], [true, false]);
  assert.deepEqual([...endpoints.keys()], [1]);
  assert.ok(!events.some((one) => one.type === 'daemon-restart-delayed'));
});

test('a change takes effect beside a script that cannot be imported any more, which the old daemon serves', async (t) => {
  const { event, endpoints } = bench(t, 'breaks-beside');
  const first = await event('daemon-ready');
  const second = await event('daemon-ready', 2);
  const [old, young] = [...endpoints.values()];
  assert.deepEqual([old?.pid, young?.pid], [first.pid, second.pid]);
  assert.deepEqual([young?.replaces, young?.lacks], [[1], ['\0/broken.wsgi']]);
});

test('stop ends an outdated daemon as well, which is no failure, while its successor starts', async (t) => {
  const { event, events, supervisor } = bench(t, 'changes-and-hangs', {
    timeouts: { startup: 30, request: 0, queue: 45, graceful: 0.1, shutdown: 0.1, connect: 15 },
  });
  const { pid } = await event('daemon-ready');
  await event('daemon-starting', 2);
  await supervisor.stop(0.1);
  assert.equal(isAlive(pid), false);
  const ends = events.flatMap((one) => (one.type === 'daemon-died' ? [one.expected] : []));
  assert.deepEqual(ends, [true, true]);
  assert.equal(events.filter((one) => one.type === 'daemon-stop-timeout').length, 1);
});

test('stopped at once, an outdated daemon is no failure either', async (t) => {
  const { event, events, supervisor } = bench(t, 'changes-and-hangs', {
    timeouts: { startup: 30, request: 0, queue: 45, graceful: 1, shutdown: 0.1, connect: 15 },
  });
  await event('daemon-starting', 2);
  await supervisor.stop(0);
  const ends = events.flatMap((one) => (one.type === 'daemon-died' ? [one.expected] : []));
  assert.deepEqual(ends, [true, true]);
});

test('a daemon starts without what was compiled for it where that has gone', async (t) => {
  const { event, events } = bench(t, 'good', {}, '/nonexistent/runtime0');
  await event('daemon-ready');
  assert.ok(!events.some((one) => one.type === 'group-broken'));
});

test('a daemon that cannot boot marks its group as broken and is tried again', async (t) => {
  const { event, broken } = bench(t, 'boot-fails');
  const told = await event('group-broken');
  assert.equal(told.message, 'the working folder is missing');
  await event('daemon-restart-delayed', 2);
  assert.deepEqual(broken, ['the working folder is missing', 'the working folder is missing']);
});

test('an interpreter that does not exist breaks its group, with the reason', async (t) => {
  const { event, broken } = bench(t, 'no-interpreter');
  const told = await event('group-broken');
  assert.equal(told.code, 'daemon-unusable');
  assert.match(told.message, /cannot be started: spawn .*no-python ENOENT/);
  await event('daemon-restart-delayed', 2);
  assert.ok(broken.length > 0);
});

test('processes that never become ready break their group', async (t) => {
  const { event } = bench(t, 'dies');
  const told = await event('group-broken');
  assert.equal(
    told.message,
    'its daemon processes end before they are ready, the last words were: last words',
  );
  await event('daemon-died', 3);
});

test('a daemon that lives without its control connection is killed and replaced', async (t) => {
  const { event } = bench(t, 'closes-control');
  const first = await event('daemon-ready');
  const died = await event('daemon-died');
  assert.deepEqual([died.pid, died.cause], [first.pid, 'descriptors-closed']);
  await event('daemon-ready', 2);
});

test('a daemon that does not read what it is told is killed, before that fills the memory', async (t) => {
  const { event, events } = bench(t, 'freezes-another', { processes: 2 });
  const died = await event('daemon-died');
  assert.equal(died.signal, 'SIGKILL');
  const said = events.flatMap((one) => (one.type === 'application-output' ? [one.text] : []));
  assert.ok(said.includes('control connection: the process does not read what it is told'));
});

for (const behaviour of ['grows-journal', 'reserves-for-journal'] as const)
  test(`a daemon that ${behaviour} is killed and replaced`, async (t) => {
    const { event } = bench(t, behaviour);
    const first = await event('daemon-ready');
    const died = await event('daemon-died');
    assert.deepEqual([died.pid, died.cause], [first.pid, 'journal-resized']);
    await event('daemon-ready', 2);
  });

test('children of a daemon end with it', async (t) => {
  const { event, events, supervisor } = bench(t, 'forks');
  await event('daemon-ready');
  // What it printed and what it logged come on different ways, in any order.
  await event('application-output', 2);
  const lines = events.flatMap((one) => (one.type === 'application-output' ? [one.text] : []));
  const child = Number(lines.find((line) => line.startsWith('child '))?.slice(6));
  assert.equal(isAlive(child), true);
  await supervisor.stop(0);
  // SIGKILL was sent to it as well; the kernel takes a moment.
  for (const until = Date.now() + 10_000; runs(child) && Date.now() < until; ) await pause(5);
  assert.equal(runs(child), false);
});

test('each application group gets its own processes, when it is wanted', async (t) => {
  const { event, events, supervisor, endpoints } = bench(t, 'good');
  await event('daemon-ready');
  supervisor.want('blog', 'other');
  supervisor.want('blog', 'other');
  await event('daemon-ready', 2);
  assert.deepEqual([...endpoints.values()].map((endpoint) => endpoint.applicationGroup).sort(), [
    '',
    'other',
  ]);
  assert.equal(events.filter((seen) => seen.type === 'daemon-starting').length, 2);
});

test('processes of an application group that is not wanted any more end, and start again when it is', async (t) => {
  const { event, supervisor, endpoints } = bench(t, 'good');
  await event('daemon-ready');
  const groups = () => [...endpoints.values()].map((endpoint) => endpoint.applicationGroup).sort();
  for (const round of [1, 2]) {
    supervisor.want('blog', 'other');
    await event('daemon-ready', 1 + round);
    assert.deepEqual(groups(), ['', 'other']);
    supervisor.unwant('blog', 'other');
    supervisor.unwant('blog', '');
    const died = await event('daemon-died', round);
    assert.equal(died.expected, true);
    assert.deepEqual(groups(), ['']);
  }
});

/** A zombie, which init has not taken yet, does not run. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
