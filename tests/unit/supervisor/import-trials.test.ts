import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ImportFailed, Outdated, Tried } from '../../../src/protocol/control.js';
import { ImportTrials, type Trier } from '../../../src/supervisor/import-trials.js';

const changed = (script: string, stamp = '2'): Outdated => ({
  ...{ script, application_group: '', why: 'changed', stamp, invented: false },
});
const due = (script: string): Outdated => ({ ...changed(script), why: 'due' });
const failure = (script: string, stamp = '2'): ImportFailed => ({
  ...{ script, application_group: '', kind: 'NameError', reason: 'no x' },
  ...{ files: `${stamp} ${script}\n`, lasting: false },
});
const failed = (script: string, stamp?: string) =>
  ({ kind: 'failed', reason: 'no x', failure: failure(script, stamp) }) as const;
const succeeded = { kind: 'succeeded' } as const;

/** Places that note what they are to try, and what they are told. */
class Place implements Trier {
  readonly tried: string[] = [];
  readonly told: Tried[] = [];
  readonly stamps = new Map<string, string>();
  readonly lacking = new Set<string>();

  tryScript({ script }: Outdated): boolean {
    this.tried.push(script);
    return true;
  }

  tell(tried: Tried): void {
    this.told.push(tried);
  }

  stampOf({ script }: { script: string }): string | undefined {
    return this.stamps.get(script);
  }

  lacks(key: string): boolean {
    return this.lacking.has(key);
  }
}

function desk() {
  let now = 0;
  let timer: { at: number; then: () => void } | undefined;
  const trials = new ImportTrials(
    () => now,
    (milliseconds, then) => {
      const mine = { at: now + milliseconds, then };
      timer = mine;
      return () => {
        if (timer === mine) timer = undefined;
      };
    },
  );
  const places = [new Place(), new Place(), new Place()] as const;
  for (const place of places) trials.add(place);
  return {
    trials,
    places,
    pass(milliseconds: number): void {
      now += milliseconds;
      if (!timer || timer.at > now) return;
      const { then } = timer;
      timer = undefined;
      then();
    },
  };
}

test('one process tries at a time; when it has succeeded those that have an older file follow', () => {
  const { trials, places } = desk();
  const [first, second, third] = places;
  for (const place of [first, second]) place.stamps.set('/a', '1');
  trials.wish(first, changed('/a'));
  trials.wish(second, changed('/a'));
  assert.deepEqual([first.tried, second.tried], [['/a'], []]);
  first.stamps.set('/a', '2');
  trials.over(first, succeeded);
  assert.deepEqual([first.tried, second.tried, third.tried], [['/a'], ['/a'], []]);
});

test('so does one that could not import it before', () => {
  const { trials, places } = desk();
  const [first, second] = places;
  second.lacking.add('\0/a');
  trials.wish(first, due('/a'));
  first.stamps.set('/a', '1');
  trials.over(first, succeeded);
  assert.deepEqual(second.tried, ['/a']);
});

test('a failure is told to all, and answers all who have asked for the same', () => {
  const { trials, places } = desk();
  const [first, second, third] = places;
  trials.wish(first, changed('/a'));
  trials.wish(second, changed('/a'));
  trials.wish(third, changed('/b'));
  assert.equal(trials.over(first, failed('/a')), true, 'news');
  for (const { told } of places) assert.deepEqual([told[0]?.script, told[0]?.seconds], ['/a', 2]);
  assert.deepEqual([second.tried, third.tried], [[], ['/b']]);
});

test('what a process asks for while another trial runs is bounded, and the rest answered at once', () => {
  const { trials, places } = desk();
  const [first, second] = places;
  trials.wish(first, changed('/a'));
  for (let number = 0; number < 10_000; number++) trials.wish(second, changed(`/${number}`));
  assert.equal(second.told.length, 9_500);
  const { script, reason, seconds } = second.told[0] as Tried;
  const why = 'too many other scripts wait to be imported';
  assert.deepEqual([script, reason, seconds], ['/500', why, 2]);
});

test('a failure without any change is no news, and the pauses grow up to a minute', () => {
  const { trials, places, pass } = desk();
  const [first] = places;
  const pauses: (number | null | undefined)[] = [];
  for (let attempt = 0; attempt < 7; attempt++) {
    trials.wish(first, due('/a'));
    assert.equal(first.tried.length, attempt + 1);
    assert.equal(trials.over(first, failed('/a')), attempt === 0);
    pauses.push(first.told.at(-1)?.seconds);
    trials.wish(first, due('/a'));
    assert.equal(first.tried.length, attempt + 1, 'too early, and answered');
    assert.equal(first.told.length, 2 * attempt + 2);
    pass(60_000);
  }
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 60, 60]);
});

test('without a change, many scripts share few attempts', () => {
  const { trials, places, pass } = desk();
  const [first] = places;
  for (let second = 0; second < 120; second++) {
    for (let script = 0; script < 20; script++) {
      const path = `/${second}-${script}`;
      trials.failed(failure(path));
      trials.wish(first, due(path));
      trials.over(first, failed(path));
    }
    pass(1000);
  }
  assert.ok(first.tried.length <= 8, `${first.tried.length} in two minutes`);
});

test('changes are tried at once, those that come one after the other a little later', () => {
  const { trials, places, pass } = desk();
  const [first] = places;
  for (const [edit, wait] of [0, 0, 100, 200, 400, 800, 1000, 1000].entries()) {
    trials.wish(first, changed('/a', `${edit}`));
    if (wait > 0) {
      pass(wait - 1);
      assert.equal(first.tried.length, edit, `edit ${edit} waits`);
      pass(1);
    }
    assert.equal(first.tried.length, edit + 1);
    trials.over(first, failed('/a', `${edit}`));
  }
  pass(10_000);
  trials.wish(first, changed('/a', 'at last'));
  assert.equal(first.tried.length, 9);
});

test('another script that cannot be imported is left out the next time', () => {
  const { trials, places } = desk();
  const [first] = places;
  trials.wish(first, changed('/a'));
  assert.equal(trials.over(first, failed('/broken')), true);
  assert.deepEqual(first.tried, ['/a', '/a']);
  assert.deepEqual(
    trials.known().map(({ script }) => script),
    ['/broken'],
  );
  first.stamps.set('/broken', '1');
  assert.deepEqual(
    trials.served().map(({ key }) => key),
    ['\0/broken'],
  );
});

test('a process with an older file than another one is not told to serve on with it', () => {
  const { trials, places } = desk();
  const [first, second] = places;
  first.stamps.set('/a', '2');
  second.stamps.set('/a', '1');
  trials.loaded({ script: '/a', application_group: '' }, '2');
  trials.failed(failure('/a', '3'));
  assert.deepEqual([first.told.length, second.told.length], [1, 0]);
  first.stamps.delete('/a');
  trials.tellAgain();
  assert.equal(second.told.length, 1, 'when that one has gone');
});

test('what is remembered is bounded, and a process that was killed by its import counts', () => {
  const { trials } = desk();
  for (let index = 0; index < 2000; index++) trials.failed(failure(`/${index}`));
  assert.equal(trials.known().length, 500);
  assert.equal(trials.known()[0]?.script, '/1999');
  trials.died([{ script: '/deadly', application_group: '', stamp: '1' }], 'it ended');
  assert.deepEqual(
    [trials.known()[0]?.script, trials.known()[0]?.files],
    ['/deadly', '1 /deadly\n'],
  );
});

test('nothing is tried for a place that has gone', () => {
  const { trials, places, pass } = desk();
  const [first, second] = places;
  trials.wish(first, changed('/a'));
  trials.wish(second, changed('/b'));
  trials.forget(first);
  assert.deepEqual(second.tried, ['/b']);
  trials.over(second, failed('/b'));
  trials.wish(second, changed('/b', '3'));
  for (const place of places) trials.forget(place);
  pass(60_000);
  assert.deepEqual(second.tried, ['/b', '/b']);
});
