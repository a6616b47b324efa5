import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noFailures } from '../../../src/supervisor/restart-policy.js';
import { next, type SlotEvent, type SlotState } from '../../../src/supervisor/slot-state.js';

const limits = { startup: 30_000, shutdown: 5_000, share: 1 };
const starting: SlotState = {
  kind: 'starting',
  since: 0,
  failures: noFailures,
  deadline: 30_000,
  doomed: false,
};
const doomed: SlotState = { ...starting, deadline: Number.POSITIVE_INFINITY, doomed: true };
const ready: SlotState = { kind: 'ready', since: 0, failures: noFailures };
const backingOff: SlotState = { kind: 'backing-off', failures: noFailures, deadline: 500 };
const asked: SlotState = { kind: 'stopping', deadline: 5_000, step: 'asked' };
const killed: SlotState = { ...asked, deadline: Number.POSITIVE_INFINITY, step: 'killed' };
const stopped: SlotState = { kind: 'stopped' };

const succeeding: SlotState & { kind: 'succeeding' } = {
  kind: 'succeeding',
  since: 0,
  failures: noFailures,
  successorSince: 1,
  deadline: 30_000,
  doomed: false,
};

const leaving: SlotEvent = { type: 'leaving', reason: 'signal', used: true };
const unreachable: SlotEvent = { type: 'leaving', reason: 'unreachable', used: true };
const exited: SlotEvent = { type: 'exited', used: false };
const crashed: SlotEvent = { type: 'exited', used: true };
const stop = (graceful: number): SlotEvent => ({ type: 'stop', graceful });

const table: [string, SlotState, SlotEvent, number, string, string[]][] = [
  ['a stopped slot starts', stopped, { type: 'start' }, 0, 'starting', ['spawn']],
  ['a stopped slot ignores the rest', stopped, exited, 0, 'stopped', []],
  ['a process says that it is ready', starting, { type: 'ready' }, 10, 'ready', []],
  ['a timer that is early changes nothing', starting, { type: 'timer' }, 29_999, 'starting', []],
  [
    'a start that takes too long ends',
    starting,
    { type: 'timer' },
    30_000,
    'starting',
    ['report-start-timeout', 'kill'],
  ],
  ['a doomed process cannot become ready', doomed, { type: 'ready' }, 30_001, 'starting', []],
  ['a doomed process is replaced', doomed, exited, 30_002, 'backing-off', ['report-delay']],
  ['a boot that failed ends by itself', starting, { type: 'boot-failed' }, 1, 'starting', []],
  [
    'one that does not is killed',
    { ...doomed, deadline: 1_001 } as SlotState,
    { type: 'timer' },
    1_001,
    'starting',
    ['kill'],
  ],
  ['an early death is answered later', ready, exited, 9_999, 'backing-off', ['report-delay']],
  ['a late death is a first one', ready, exited, 10_000, 'backing-off', ['report-delay']],
  [
    'a process that crashed in a request is replaced at once',
    ready,
    crashed,
    5,
    'starting',
    ['spawn'],
  ],
  [
    'so is one that had lived long, however many crashed before',
    { ...ready, failures: { ...noFailures, crashes: 50 } },
    crashed,
    10_000,
    'starting',
    ['spawn'],
  ],
  [
    'the next one in a row waits a little',
    { ...ready, failures: { ...noFailures, crashes: 50 } },
    crashed,
    9_999,
    'backing-off',
    ['report-delay'],
  ],
  [
    'one that leaves by itself is replaced at once',
    ready,
    leaving,
    5,
    'starting',
    ['let-go', 'spawn'],
  ],
  ['another one may be tried beside it', ready, { type: 'try' }, 5, 'succeeding', []],
  ['only one at a time', succeeding, { type: 'try' }, 5, 'succeeding', []],
  ['it takes the place', succeeding, { type: 'successor-ready' }, 5, 'ready', ['succeed']],
  [
    'or it does not, and the first serves on',
    succeeding,
    { type: 'successor-failed' },
    5,
    'ready',
    ['give-successor-up'],
  ],
  [
    'one that takes too long is killed',
    succeeding,
    { type: 'timer' },
    30_000,
    'succeeding',
    ['report-successor-timeout', 'kill-successor'],
  ],
  ['in time it is not', succeeding, { type: 'timer' }, 29_999, 'succeeding', []],
  [
    'and cannot become ready any more',
    { ...succeeding, doomed: true },
    { type: 'successor-ready' },
    30_001,
    'succeeding',
    [],
  ],
  ['when the first dies, the other takes the place', succeeding, crashed, 5, 'starting', ['adopt']],
  ['when it leaves, too', succeeding, leaving, 5, 'starting', ['let-go', 'adopt']],
  ['both end', succeeding, stop(1000), 5, 'stopping', ['kill-successor', 'ask-to-stop']],
  [
    'a process that cannot be reached is replaced',
    ready,
    unreachable,
    10_000,
    'backing-off',
    ['let-go', 'report-delay'],
  ],
  [
    'a process that leaves and has done nothing is not replaced at once',
    ready,
    { ...leaving, used: false },
    100,
    'backing-off',
    ['let-go', 'report-delay'],
  ],
  [
    'nor is one that leaves while it starts',
    starting,
    { ...leaving, used: false },
    100,
    'backing-off',
    ['let-go', 'report-delay'],
  ],
  ['the wait ends', backingOff, { type: 'timer' }, 500, 'starting', ['spawn']],
  ['the wait is not over', backingOff, { type: 'timer' }, 499, 'backing-off', []],
  ['nothing runs that could be stopped', backingOff, stop(0), 1, 'stopped', []],
  ['a ready process is asked to go', ready, stop(1000), 1, 'stopping', ['ask-to-stop']],
  ['a starting process is asked to go', starting, stop(1000), 1, 'stopping', ['ask-to-stop']],
  ['it goes', asked, exited, 1, 'stopped', []],
  ['it does not go', asked, { type: 'timer' }, 5_000, 'stopping', ['report-stop-timeout', 'kill']],
  ['a second stop hurries', asked, stop(0), 10, 'stopping', ['kill']],
  ['it is killed once', killed, { type: 'timer' }, 9_000, 'stopping', []],
];

for (const [title, state, event, now, kind, effects] of table)
  test(title, () => {
    const step = next(state, event, now, limits);
    assert.equal(step.state.kind, kind);
    assert.deepEqual(step.effects, effects);
  });

test('a crash in a request is no reason to give a process up that starts', () => {
  let state: SlotState = starting;
  for (let crash = 0; crash < 5; crash++) {
    state = next(state, { type: 'ready' }, 10, limits).state;
    state = next(state, crashed, 20, limits).state;
    if (state.kind === 'backing-off') {
      assert.ok(state.deadline <= 20 + 100, `${state.deadline} ms after ${crash + 1}`);
      state = next(state, { type: 'timer' }, state.deadline, limits).state;
    }
    assert.ok(state.kind === 'starting' && state.failures.starts === 0);
  }
});

test('the deadline of a stop is the graceful time and the shutdown-timeout', () => {
  const { state } = next(ready, stop(15_000), 100, limits);
  assert.deepEqual(state, { kind: 'stopping', deadline: 20_100, step: 'asked' });
});

test('without startup-timeout a start may take for ever', () => {
  const { state } = next(stopped, { type: 'start' }, 0, { ...limits, startup: 0 });
  assert.equal(next(state, { type: 'timer' }, 1e9, limits).effects.length, 0);
});
