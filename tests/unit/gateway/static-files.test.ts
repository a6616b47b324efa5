import assert from 'node:assert/strict';
import { chmodSync, closeSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { wantedBytes } from '../../../src/gateway/byte-range.js';
import type { HostPlan } from '../../../src/plan/plan.js';
import { hostPlan, settings } from './support/plans.js';
import { get, type Running, run } from './support/running.js';

const big = 24 * 1024 * 1024;

async function files(t: TestContext): Promise<{ running: Running; place: string }> {
  const hosts = (folder: string): HostPlan[] => [
    hostPlan({
      files: [{ url: { kind: 'prefix', prefix: '/s' }, target: `${folder}/s` }],
      settings,
    }),
  ];
  const running = await run(t, { hosts });
  const place = join(running.folder, 's');
  mkdirSync(place);
  writeFileSync(join(place, 'ten.txt'), '0123456789');
  return { running, place };
}

test('a file that becomes shorter while it is sent cuts the connection: no other answer stands inside of it', async (t) => {
  const { running, place } = await files(t);
  const file = join(place, 'big.bin');
  closeSync(openSync(file, 'w'));
  truncateSync(file, big);
  const client = running.client().send(get('/s/big.bin') + get('/s/ten.txt'));
  await client.until(({ received }) => received.length > 0);
  client.socket.pause();
  truncateSync(file, 100_000);
  client.socket.resume();
  const received = await client.all();
  const head = received.indexOf('\r\n\r\n') + 4;
  assert.match(received.slice(0, head), /Content-Length: 25165824\r\n/i);
  assert.ok(received.length - head < big, 'it looks truncated');
  assert.ok(!/[^\0]/.test(received.slice(head)), 'every byte is of the file');
  const cut = await running.event('response-cut');
  assert.equal(cut.reason, `"${file}" became shorter while it was sent`);
  assert.equal(cut.target, '/s/big.bin');
});

test('a file that grows while it is sent is answered with what was declared, and the next answer is whole', async (t) => {
  const { running, place } = await files(t);
  const file = join(place, 'big.bin');
  closeSync(openSync(file, 'w'));
  truncateSync(file, big);
  const client = running.client().send(get('/s/big.bin') + get('/s/ten.txt'));
  await client.until(({ received }) => received.length > 0);
  client.socket.pause();
  truncateSync(file, big + 1_000_000);
  client.socket.resume();
  assert.equal((await client.response()).body.length, big);
  assert.equal((await client.response()).body, '0123456789');
});

test('a file that the gateway may not read is 403 for every method, with a line in the log', async (t) => {
  const { running, place } = await files(t);
  const file = join(place, 'ten.txt');
  chmodSync(file, 0);
  await asNobody(running.folder, async () => {
    const answer = await running.ask(get('/s/ten.txt'));
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get('etag'), undefined);
    assert.equal((await running.ask(get('/s/ten.txt', 'If-None-Match: *'))).status, 403);
    const head = await running.ask(get('/s/ten.txt').replace('GET', 'HEAD'), true);
    assert.equal(head.status, 403);
    const { status, reason } = await running.event('request-failed');
    assert.equal(status, 403);
    assert.equal(reason, `"${file}" cannot be read by user id ${process.geteuid?.()} (EACCES)`);
  });
});

/** Root may read every file, so a test that runs as root does this as somebody else. */
async function asNobody(folder: string, body: () => Promise<void>): Promise<void> {
  const root = process.getuid?.() === 0;
  chmodSync(folder, 0o755);
  if (root) process.seteuid?.(65_534);
  try {
    await body();
  } finally {
    if (root) process.seteuid?.(0);
  }
}

/** The field, and what Apache 2.4.71 answers of a file of ten bytes; where it sends parts, the whole file. */
const ranges: readonly [field: string, answer: '200' | '416' | readonly [number, number]][] = [
  ['bytes=-1000', [0, 9]],
  ['bytes=5-2', '200'],
  ['bytes=0-', [0, 9]],
  ['bytes=-0', '200'],
  ['bytes=10-', '416'],
  ['bytes=9-', [9, 9]],
  ['bytes=0-99', [0, 9]],
  ['bytes= 1-2', '200'],
  ['Bytes=1-2', [1, 2]],
  ['items=1-2', '200'],
  ['bytes=-', '200'],
  ['bytes=', '200'],
  ['bytes=1', '200'],
  ['bytes=1-2,5-6', '200'],
  ['bytes=1-2,5-2', '200'],
  ['bytes=1-2,50-60', [1, 2]],
  ['bytes=50-60,70-80', '416'],
  ['bytes=0-1,2-3', [0, 3]],
  ['bytes=0-5,2-7', [0, 7]],
  ['bytes=1-2,', [1, 2]],
  ['bytes=,1-2', '200'],
  ['bytes=99999999999999999999-', '200'],
  ['bytes=0-,-1', [0, 9]],
  ['bytes=+1-2', '200'],
];

test('ranges are taken as Apache takes them', async (t) => {
  const { running } = await files(t);
  const client = running.client();
  for (const [field, expected] of ranges) {
    const { status, headers, body } = await client
      .send(get('/s/ten.txt', `Range: ${field}`))
      .response();
    const got = [status, headers.get('content-range'), status === 416 ? '' : body];
    if (expected === '200') assert.deepEqual(got, [200, undefined, '0123456789'], field);
    else if (expected === '416') assert.deepEqual(got, [416, 'bytes */10', ''], field);
    else {
      const [start, end] = expected;
      const part = '0123456789'.slice(start, end + 1);
      assert.deepEqual(got, [206, `bytes ${start}-${end}/10`, part], field);
    }
  }
  const two = get('/s/ten.txt', 'Range: bytes=1-2', 'Range: bytes=4-5');
  assert.equal((await client.send(two).response()).status, 200);
  const stale = get('/s/ten.txt', 'Range: bytes=1-2', 'If-Range: "other"');
  assert.equal((await client.send(stale).response()).body, '0123456789');
});

test('no range of an empty file is refused', () => {
  for (const field of ['bytes=0-', 'bytes=-5', 'bytes=7-9'])
    assert.equal(wantedBytes(field, 0), 'whole');
});
