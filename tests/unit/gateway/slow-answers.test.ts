import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { openSync, readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { AnswerSpool } from '../../../src/gateway/answer-spool.js';
import { DiskAllowance } from '../../../src/gateway/disk-allowance.js';
import { toGiveUp } from '../../../src/gateway/held-answers.js';
import { initialWindow } from '../../../src/protocol/frames.js';
import type { FakeRequest } from './support/fake-runtime.js';
import { allowNoFiles, get, type Running, run } from './support/running.js';

const mebi = 1024 * 1024;
const timeout = 60_000;
const block = 60_000;

/** Bytes that tell where they stand. */
function blockAt(index: number): Buffer {
  return Buffer.alloc(block, `${index}|`);
}

function hashOf(blocks: number): string {
  const hash = createHash('sha1');
  for (let index = 0; index < blocks; index++) hash.update(blockAt(index));
  return hash.digest('hex');
}

/** An answer of so many blocks, as credit allows; resolves when all has been sent. */
async function answer(request: FakeRequest, blocks: number): Promise<void> {
  request.head(`200 OK\nContent-Length\n${blocks * block}`);
  for (let index = 0; index < blocks; index++) {
    const sent = index * block;
    await request.until(() => initialWindow + request.credit - sent >= block);
    request.data(blockAt(index));
  }
  request.end();
}

/** A client that asks and takes nothing before it is told to. */
class SlowReader {
  readonly socket: Socket;
  readonly #hash = createHash('sha1');
  #length = 0;
  #head: Buffer | undefined = Buffer.alloc(0);
  readonly #done: Promise<void>;

  constructor(t: TestContext, running: Running, blocks: number) {
    this.socket = connect(running.port, '127.0.0.1');
    this.socket.pause();
    this.socket.write(get('/slow'));
    t.after(() => this.socket.destroy());
    this.#done = new Promise((resolve, reject) => {
      this.socket.on('data', (chunk) => {
        this.#take(chunk);
        if (this.#length === blocks * block) resolve();
      });
      this.socket.on('error', reject);
      this.socket.on('close', () => reject(new Error(`closed after ${this.#length} bytes`)));
    });
    this.#done.catch(() => {});
  }

  /** Resolves with the hash of the whole body. */
  async rest(): Promise<string> {
    this.socket.resume();
    await this.#done;
    return this.#hash.digest('hex');
  }

  #take(chunk: Buffer): void {
    let body = chunk;
    if (this.#head) {
      this.#head = Buffer.concat([this.#head, chunk]);
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      body = this.#head.subarray(end + 4);
      this.#head = undefined;
    }
    this.#length += body.length;
    this.#hash.update(body);
  }
}

/** Files without a name that this process has open. */
function namelessFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('venvhost-body-');
    } catch {
      return false;
    }
  }).length;
}

async function noFileIsLeft(): Promise<void> {
  for (let tries = 0; namelessFiles() > 0 && tries < 500; tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(namelessFiles(), 0);
}

test('readers who take nothing of 20 MB hold no thread, and get every byte later', {
  timeout,
}, async (t) => {
  const running = await run(t);
  const blocks = 350;
  const runtime = await running.runtime(
    (request) => {
      if (request.path !== '/slow') request.text('quick');
    },
    { threads: 3 },
  );
  const readers = [0, 1, 2].map(() => new SlowReader(t, running, blocks));
  await Promise.all(readers.map(async (_, index) => answer(await runtime.request(index), blocks)));
  assert.equal((await running.ask(get('/quick'))).body, 'quick', 'the threads are free');
  assert.ok(namelessFiles() > 0);
  for (const reader of readers) assert.equal(await reader.rest(), hashOf(blocks));
  await noFileIsLeft();
});

test('beyond the limit of the disk an answer waits for its client, in order', {
  timeout,
}, async (t) => {
  const limits = { bytes: 64 * mebi, bytesOfOne: 3 * mebi, files: 1 };
  const running = await run(t, { diskLimits: limits });
  const blocks = 700;
  const runtime = await running.runtime(() => {}, { threads: 1 });
  const reader = new SlowReader(t, running, blocks);
  const request = await runtime.request(0);
  let complete = false;
  const sent = answer(request, blocks).then(() => {
    complete = true;
  });
  const { count } = await running.event('answers-held');
  assert.equal(count, 1);
  assert.equal(complete, false);
  // Slower than the disk: its segments are used again and again.
  let steps = 0;
  reader.socket.on('data', () => {
    if (++steps % 8 !== 0) return;
    reader.socket.pause();
    setImmediate(() => reader.socket.resume());
  });
  assert.equal(await reader.rest(), hashOf(blocks));
  await sent;
  await noFileIsLeft();
});

test('where no file can be made, an answer waits for its client, and the log says why', {
  timeout,
}, async (t) => {
  const running = await run(t);
  allowNoFiles(t);
  const blocks = 350;
  const runtime = await running.runtime(() => {});
  const reader = new SlowReader(t, running, blocks);
  const sent = answer(await runtime.request(0), blocks);
  const { failure } = await running.event('answers-held');
  assert.match(failure ?? '', /ENOENT/);
  assert.equal(await reader.rest(), hashOf(blocks));
  await sent;
});

test('a client that is gone leaves nothing on disk, and its application is told', {
  timeout,
}, async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const reader = new SlowReader(t, running, 1);
  const request = await runtime.request(0);
  request.head('200 OK');
  let sent = 0;
  await request.until(() => {
    for (; initialWindow + request.credit - sent >= block; sent += block) request.data(blockAt(0));
    return sent > 24 * mebi;
  });
  assert.equal(namelessFiles(), 1);
  reader.socket.resetAndDestroy();
  await request.until(({ aborted }) => aborted);
  await noFileIsLeft();
});

test('an application that breaks off while its answer waits on disk cuts it', {
  timeout,
}, async (t) => {
  const running = await run(t);
  const runtime = await running.runtime(() => {});
  const reader = new SlowReader(t, running, 1000);
  const request = await runtime.request(0);
  request.head('200 OK\nContent-Length\n60000000');
  let sent = 0;
  await request.until(() => {
    for (; initialWindow + request.credit - sent >= block; sent += block) request.data(blockAt(0));
    return sent > 24 * mebi;
  });
  request.frame(7);
  await assert.rejects(reader.rest(), /closed after/);
  const { reason } = await running.event('response-cut');
  assert.equal(reason, 'the application failed while it answered');
  await noFileIsLeft();
});

test('20 MB for a client that takes all at once never touch the disk', { timeout }, async (t) => {
  let asked = 0;
  const limits = {
    bytes: mebi,
    bytesOfOne: mebi,
    get files() {
      asked++;
      return 1;
    },
  };
  const running = await run(t, { diskLimits: limits });
  const blocks = 350;
  const runtime = await running.runtime(() => {});
  const reader = new SlowReader(t, running, blocks);
  const rest = reader.rest();
  await answer(await runtime.request(0), blocks);
  assert.equal(await rest, hashOf(blocks));
  assert.equal(asked, 0);
});

test('a reader of a held answer is given up after Timeout, where half of the threads are held', {
  timeout,
}, async (t) => {
  const running = await run(t, {
    host: { timeout: 1 },
    diskLimits: { bytes: 0, bytesOfOne: 0, files: 0 },
  });
  const runtime = await running.runtime(() => {}, { threads: 1 });
  const reader = new SlowReader(t, running, 1000);
  // Progress, but too little to matter: Timeout without any is another rule.
  const trickle = setInterval(() => reader.socket.read(1000), 100);
  t.after(() => clearInterval(trickle));
  const request = await runtime.request(0);
  void answer(request, 1000);
  const { reason } = await running.event('response-cut');
  assert.equal(reason, 'its client took too little within 1 s, and threads are scarce');
  await request.until(({ aborted }) => aborted);
});

test('only held answers beyond half of the threads are given up, the slowest first', () => {
  const pool = { mayBeHeld: 2 };
  const held = (name: string, seconds: number, taken: number, of = pool) => ({
    name,
    pool: of,
    timeout: 60,
    heldSince: 100_000 - seconds * 1000,
    taken,
  });
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  const given = (...list: ReturnType<typeof held>[]) => names(toGiveUp(list, 100_000));
  assert.deepEqual(given(held('a', 99, 1), held('b', 99, 2)), [], 'half may be held for ever');
  assert.deepEqual(given(held('a', 99, 3), held('b', 99, 2), held('c', 99, 9)), ['b']);
  assert.deepEqual(given(held('a', 99, 3), held('b', 59, 2), held('c', 10, 9)), ['a']);
  assert.deepEqual(given(held('a', 9, 3), held('b', 9, 2), held('c', 9, 9)), [], 'not late yet');
  const other = { mayBeHeld: 0 };
  assert.deepEqual(given(held('a', 99, 3), held('x', 61, 2, other)), ['x'], 'pools count apart');
});

test('where the disk has no room for one more answer, no file is made', () => {
  const disk = new DiskAllowance({ bytes: 2 * mebi, bytesOfOne: 2 * mebi, files: 3 });
  assert.ok(disk.open() && disk.take(0) && disk.take(1));
  assert.equal(disk.take(2), false, 'of one');
  assert.equal(disk.open(), false, 'of all');
  disk.closed(2);
  for (const _ of [1, 2, 3]) assert.ok(disk.open());
  assert.equal(disk.open(), false, 'files');
});

test('what a disk that is full has not taken is sent from memory, in order', {
  timeout,
}, async () => {
  const failures: string[] = [];
  const disk = new DiskAllowance();
  assert.ok(disk.open());
  const spool = new AnswerSpool(openSync('/dev/full', 'r+'), disk, {
    written: () => {},
    failed: (error) => failures.push(String(error.code)),
  });
  assert.ok(spool.reserve(mebi));
  for (const text of ['one ', 'two ', 'three']) spool.append(Buffer.from(text));
  let text = '';
  while (!spool.empty)
    text += await new Promise((resolve) => spool.read((chunk) => resolve(chunk)));
  assert.equal(text, 'one two three');
  assert.deepEqual(failures, ['ENOSPC']);
  assert.equal(spool.reserve(1), false);
  spool.close();
});
