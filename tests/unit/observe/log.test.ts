import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Event } from '../../../src/base/events.js';
import { createAppender } from '../../../src/observe/appender.js';
import { openLog } from '../../../src/observe/log.js';
import type { Plan } from '../../../src/plan/plan.js';

const output: Event = {
  type: 'application-output',
  processGroup: 'blog',
  applicationGroup: '',
  pid: 5,
  stream: 'errors',
  request: 'r1',
  text: 'Traceback:\n  \u001b[31mboom\n',
};
const ready: Event = {
  type: 'daemon-ready',
  processGroup: 'blog',
  applicationGroup: '',
  pid: 5,
  version: '3.8.1',
  prefix: '/v',
  milliseconds: 1,
};
const now = () => new Date('2026-01-02T03:04:05.678Z');

/** What each file holds after the events were told. */
async function logged(
  t: TestContext,
  form: 'plain' | 'json',
  plan: Partial<Plan>,
  events: Event[],
): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'venvhost-log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const paths = ['terminal', '0', '1'].map((name) => path.join(folder, name));
  const [terminalFd, ...files] = paths.map((file) => openSync(file, 'a')) as [
    number,
    number,
    number,
  ];
  const log = openLog({
    plan: { hosts: [], processGroups: [], logLevel: 'info', ...plan } as unknown as Plan,
    terminalFd,
    files,
    form,
    now,
  });
  for (const event of events) log.emit(event);
  await log.close();
  for (const fd of [terminalFd, ...files]) closeSync(fd);
  return paths.map((file) => readFileSync(file, 'utf8'));
}

test('the terminal shows further lines below the first, and no escape sequences', async (t) => {
  const [terminal] = await logged(t, 'plain', {}, [output]);
  const [first, second] = (terminal ?? '').split('\n');
  assert.match(first ?? '', /^\d\d:\d\d:\d\d app {3}\[blog\] Traceback:$/);
  assert.equal(second, '                 \\x1b[31mboom');
});

test('JSON lines have level, time, msg and the fields of the event', async (t) => {
  const [terminal] = await logged(t, 'json', {}, [output]);
  assert.deepEqual(JSON.parse(terminal ?? ''), {
    level: 'info',
    time: '2026-01-02T03:04:05.678Z',
    type: 'application-output',
    processGroup: 'blog',
    applicationGroup: '',
    pid: 5,
    stream: 'errors',
    request: 'r1',
    msg: 'Traceback:\n  \u001b[31mboom',
  });
});

test('events of a group go to the error log of the group, each line with its tags', async (t) => {
  const processGroups = [{ name: 'blog', errorLog: 1 }] as unknown as Plan['processGroups'];
  const [, main, group] = await logged(t, 'plain', { errorLog: 0, processGroups }, [
    output,
    { type: 'server-stopped' },
  ]);
  const start = '2026-01-02T03:04:05.678Z [info]';
  assert.equal(main, `${start} stopped\n`);
  const tags = '[pid 5] [group blog] [request r1]';
  assert.equal(group, `${start} ${tags} Traceback:\n${start} ${tags}   \\x1b[31mboom\n`);
});

test('LogLevel hides what is below it, never what applications write', async (t) => {
  const [terminal] = await logged(t, 'plain', { logLevel: 'warn' }, [ready, output]);
  assert.doesNotMatch(terminal ?? '', /is ready/);
  assert.match(terminal ?? '', /Traceback/);
});

test('a full disk loses lines, counts them and throws nothing', async () => {
  const appender = createAppender({
    fd: -1,
    lost: () => {},
    write: (_fd, _data, done) =>
      setImmediate(() => done(Object.assign(new Error('full'), { code: 'ENOSPC' }), 0)),
  });
  appender.write('a\n');
  await appender.flush(1000);
});

test('lines stay in order when the kernel takes a part or nothing', async () => {
  let written = '';
  let calls = 0;
  const appender = createAppender({
    fd: -1,
    lost: () => assert.fail('nothing is lost'),
    write: (_fd, data, done) =>
      setImmediate(() => {
        calls++;
        if (calls === 1) done(Object.assign(new Error('later'), { code: 'EAGAIN' }), 0);
        else {
          written += data.subarray(0, 3).toString();
          done(null, Math.min(3, data.length));
        }
      }),
  });
  for (const line of ['one\n', 'two\n', 'three\n']) appender.write(line);
  await appender.flush(5000);
  assert.equal(written, 'one\ntwo\nthree\n');
});
