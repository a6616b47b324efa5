import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { journalLength } from '../../../src/protocol/journal.js';
import { BindError, bindTcp } from '../../../src/supervisor/listening-handle.js';
import { makeSocketFolder } from '../../../src/supervisor/socket-folder.js';

function temporary(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'venvhost-sockets-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a free port is found and told', () => {
  const socket = bindTcp({ address: '127.0.0.1', port: 0 });
  assert.ok((socket.address?.port ?? 0) > 0);
  socket.close();
});

test('a port that is taken is a clear error', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  assert.throws(() => bindTcp({ address: '127.0.0.1', port }), {
    message: `cannot listen on 127.0.0.1:${port}: address already in use`,
    code: 'EADDRINUSE',
  });
});

test('an address of another machine is a clear error', () => {
  assert.throws(() => bindTcp({ address: '192.0.2.1', port: 0 }), BindError);
});

test('files of a process are private and go when they are removed', (t) => {
  const folder = makeSocketFolder(path.join(temporary(t), 'v'), undefined);
  const files = folder.create(7);
  assert.equal(statSync(files.socket).mode & 0o777, 0o600);
  assert.equal(statSync(files.journal).size, journalLength);
  files.closeFds();
  assert.ok(existsSync(files.socket), 'closing the descriptor keeps the name');
  files.remove();
  assert.ok(!existsSync(files.socket) && !existsSync(files.journal));
  folder.remove();
  assert.ok(!existsSync(folder.path));
});

test('folders of supervisors that have died are removed, others stay', (t) => {
  const parent = temporary(t);
  const dead = spawnSync('true').pid;
  const names = {
    stale: `v.${dead}.0123abcd`,
    alive: `v.${process.pid}.0123abcd`,
    other: `v.${dead}.backup`,
  };
  for (const name of Object.values(names)) mkdirSync(path.join(parent, name));
  makeSocketFolder(path.join(parent, 'v'), undefined);
  assert.ok(!existsSync(path.join(parent, names.stale)));
  assert.ok(existsSync(path.join(parent, names.alive)));
  assert.ok(existsSync(path.join(parent, names.other)));
});

test('what others have put in the place of an old folder stays', (t) => {
  const parent = temporary(t);
  const dead = spawnSync('true').pid;
  const precious = path.join(parent, 'precious');
  const link = path.join(parent, `v.${dead}.00000001`);
  const theirs = path.join(parent, `v.${dead}.00000002`);
  const ours = path.join(parent, `v.${dead}.00000003`);
  for (const folder of [precious, theirs, ours]) {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'd1.sock'), '');
  }
  symlinkSync(precious, link);
  symlinkSync(precious, path.join(ours, 'link'));
  if (process.getuid?.() === 0) chownSync(theirs, 54_321, 54_321);
  makeSocketFolder(path.join(parent, 'v'), undefined);
  assert.ok(existsSync(path.join(precious, 'd1.sock')));
  assert.ok(existsSync(link));
  assert.equal(existsSync(theirs), process.getuid?.() === 0);
  assert.ok(!existsSync(ours));
});

test('a folder that was removed is made again under another name', (t) => {
  const moves: string[][] = [];
  const moved = (...paths: string[]) => void moves.push(paths);
  const folder = makeSocketFolder(path.join(temporary(t), 'v'), undefined, { moved });
  const first = folder.path;
  rmSync(first, { recursive: true });
  const files = folder.create(1);
  assert.notEqual(folder.path, first);
  assert.deepEqual(moves, [[first, folder.path]]);
  assert.equal(path.dirname(files.socket), folder.path);
  assert.equal(statSync(folder.path).mode & 0o7777, 0o700);
  files.closeFds();
  folder.remove();
  assert.ok(!existsSync(folder.path));
});

test('nothing is made through a link or in a folder that took the place of ours', (t) => {
  const parent = temporary(t);
  const theirs = path.join(parent, 'theirs');
  mkdirSync(theirs, { mode: 0o700 });
  const folder = makeSocketFolder(path.join(parent, 'v'), undefined);
  const first = folder.path;
  rmSync(first, { recursive: true });
  symlinkSync(theirs, first);
  folder.create(1).closeFds();
  const second = folder.path;
  rmSync(second, { recursive: true });
  mkdirSync(second, { mode: 0o711 });
  folder.create(2).closeFds();
  assert.equal(new Set([first, second, folder.path]).size, 3);
  assert.deepEqual([readdirSync(theirs), readdirSync(second)], [[], []]);
});

test('a folder whose mode was changed is not used any more, and goes in the end', (t) => {
  const folder = makeSocketFolder(path.join(temporary(t), 'v'), undefined);
  const first = folder.path;
  chmodSync(first, 0o777);
  folder.create(1).closeFds();
  assert.notEqual(folder.path, first);
  folder.remove();
  assert.ok(!existsSync(first) && !existsSync(folder.path));
});

test('where a folder cannot be made again it is made in the second place', (t) => {
  const parent = temporary(t);
  const session = path.join(parent, 'session');
  mkdirSync(session);
  const fallback = path.join(parent, 'v');
  const folder = makeSocketFolder(path.join(session, 'v'), undefined, { fallback });
  rmSync(session, { recursive: true });
  writeFileSync(session, 'no folder any more');
  folder.create(1).closeFds();
  assert.equal(path.dirname(folder.path), parent);
  folder.remove();
});

test('sockets are not made where others may rename their folder', (t) => {
  const parent = temporary(t);
  chmodSync(parent, 0o777);
  assert.throws(
    () => makeSocketFolder(path.join(parent, 'v'), undefined),
    /others may rename what is in .*; state another WSGISocketPrefix/,
  );
  chmodSync(parent, 0o1777);
  makeSocketFolder(path.join(parent, 'v'), undefined).remove();
});

const skip = process.getuid?.() === 0 ? false : 'needs root, to make a link of another user';
test('folders above it are made too, but through no link of another user', { skip }, (t) => {
  const parent = temporary(t);
  makeSocketFolder(path.join(parent, 'a/b/v'), undefined).remove();
  assert.ok(existsSync(path.join(parent, 'a/b')));
  const theirs = path.join(parent, 'theirs');
  symlinkSync(path.join(parent, 'a'), theirs);
  lchownSync(theirs, 65534, 65534);
  assert.throws(() => makeSocketFolder(path.join(theirs, 'c/v'), undefined), /is not followed/);
  assert.deepEqual(readdirSync(path.join(parent, 'a')), ['b']);
});

test('a socket path that the kernel would refuse is a clear error', (t) => {
  const prefix = path.join(temporary(t), 'x'.repeat(100));
  assert.throws(() => makeSocketFolder(prefix, undefined), /at most 107; state a shorter/);
});
