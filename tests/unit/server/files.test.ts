import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lchownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { openLogFiles } from '../../../src/server/log-files.js';
import { writePidFile } from '../../../src/server/pid-file.js';

function temporary(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'venvhost-server-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the pid file holds the process id and goes with the server', (t) => {
  const file = path.join(temporary(t), 'pid');
  const written = writePidFile(file);
  assert.equal(readFileSync(file, 'utf8'), `${process.pid}\n`);
  written.remove();
  assert.ok(!existsSync(file));
});

test('the pid file of another server stays', (t) => {
  const file = path.join(temporary(t), 'pid');
  const written = writePidFile(file);
  writeFileSync(file, '1\n');
  written.remove();
  assert.ok(existsSync(file));
});

test('log files are appended to', (t) => {
  const file = path.join(temporary(t), 'log');
  writeFileSync(file, 'before\n');
  const logs = openLogFiles([file]);
  writeSync(logs.fds[0] as number, 'after\n');
  logs.close();
  assert.equal(readFileSync(file, 'utf8'), 'before\nafter\n');
});

test('a log file that cannot be opened is named', (t) => {
  const folder = temporary(t);
  const missing = path.join(folder, 'none', 'log');
  assert.throws(() => openLogFiles([path.join(folder, 'fine'), missing]), {
    message: `cannot open the log file "${missing}": no such file or directory`,
  });
});

/** Any user but root and the one who runs the tests. */
const somebody = 54_321;

function skipsWithoutRoot(t: TestContext): boolean {
  if (process.getuid?.() === 0) return false;
  t.skip('only root can make links of another user');
  return true;
}

/** A folder of another user in which that user has put `name`, a link to the returned file. */
function linkOfSomebody(t: TestContext, name: string): { link: string; file: string } {
  const parent = temporary(t);
  chmodSync(parent, 0o755);
  const file = path.join(parent, 'precious');
  const folder = path.join(parent, 'logs');
  writeFileSync(file, 'precious\n');
  mkdirSync(folder);
  const link = path.join(folder, name);
  symlinkSync(file, link);
  for (const one of [link, folder]) lchownSync(one, somebody, somebody);
  return { link, file };
}

test('a link that another user made is not followed to a log file', (t) => {
  if (skipsWithoutRoot(t)) return;
  const { link, file } = linkOfSomebody(t, 'error.log');
  assert.throws(() => openLogFiles([link]), {
    message: `cannot open the log file "${link}": "${link}" is a link that user id ${somebody} made, and is not followed; state the path that it leads to`,
  });
  assert.equal(readFileSync(file, 'utf8'), 'precious\n');
});

test('a link that another user made is not followed to a folder of logs either', (t) => {
  if (skipsWithoutRoot(t)) return;
  const { link } = linkOfSomebody(t, 'today');
  const folder = temporary(t);
  rmSync(link);
  symlinkSync(folder, link);
  lchownSync(link, somebody, somebody);
  assert.throws(() => openLogFiles([path.join(link, 'error.log')]), /made, and is not followed/);
  assert.deepEqual(readdirSync(folder), []);
});

test('a link of our own is followed', (t) => {
  const folder = temporary(t);
  mkdirSync(path.join(folder, 'real'));
  symlinkSync('real', path.join(folder, 'logs'));
  openLogFiles([path.join(folder, 'logs', 'error.log')]).close();
  assert.ok(existsSync(path.join(folder, 'real', 'error.log')));
});

test('a named pipe in the place of a log file is refused at once', (t) => {
  const pipe = path.join(temporary(t), 'error.log');
  execFileSync('mkfifo', [pipe]);
  assert.throws(() => openLogFiles([pipe]), {
    message: `cannot open the log file "${pipe}": it is a named pipe, for which the server would have to wait; state a file, or /dev/stderr`,
  });
});

test('a file with a second name is no log file where others may have made it', (t) => {
  const folder = temporary(t);
  const file = path.join(folder, 'precious');
  writeFileSync(file, '');
  mkdirSync(path.join(folder, 'open'));
  chmodSync(path.join(folder, 'open'), 0o777);
  linkSync(file, path.join(folder, 'open', 'error.log'));
  assert.throws(() => openLogFiles([path.join(folder, 'open', 'error.log')]), /has a second name/);
  linkSync(file, path.join(folder, 'error.log'));
  openLogFiles([path.join(folder, 'error.log')]).close();
});

test('standard streams and devices are logs where they are stated, also through a link', (t) => {
  const link = path.join(temporary(t), 'error.log');
  symlinkSync('/dev/stderr', link);
  const logs = openLogFiles(['/dev/stderr', '/dev/stdout', link, '/dev/null']);
  assert.deepEqual(logs.fds.slice(0, 3), [2, 1, 2]);
  writeSync(logs.fds[3] as number, 'gone\n');
  logs.close();
  // Ours stay open.
  writeSync(2, '');
});

test('a pid file that another user made a link of is not followed', (t) => {
  if (skipsWithoutRoot(t)) return;
  const { link, file } = linkOfSomebody(t, 'pid');
  assert.throws(() => writePidFile(link), /made, and is not followed/);
  assert.equal(readFileSync(file, 'utf8'), 'precious\n');
});

test('a pid file takes the place of what was there, and nothing is written through another name', (t) => {
  const folder = temporary(t);
  const file = path.join(folder, 'pid');
  writeFileSync(path.join(folder, 'precious'), 'precious\n');
  linkSync(path.join(folder, 'precious'), file);
  const written = writePidFile(file);
  assert.equal(readFileSync(file, 'utf8'), `${process.pid}\n`);
  assert.equal(readFileSync(path.join(folder, 'precious'), 'utf8'), 'precious\n');
  written.remove();
  assert.deepEqual(readdirSync(folder), ['precious']);
});

test('a pid file whose process lives is refused', (t) => {
  const file = path.join(temporary(t), 'pid');
  writeFileSync(file, `${process.ppid}\n`);
  assert.throws(() => writePidFile(file), {
    message: `cannot write the process id to "${file}": process ${process.ppid}, which it names, is running; stop that server first, or state another PidFile`,
  });
  assert.equal(readFileSync(file, 'utf8'), `${process.ppid}\n`);
});

test('a pid file whose number belongs to a later process is taken over', (t) => {
  if (!existsSync('/proc/self/stat')) return t.skip('there is no /proc to see starts in');
  const file = path.join(temporary(t), 'pid');
  writeFileSync(file, `${process.ppid}\n`);
  utimesSync(file, 1, 1);
  writePidFile(file).remove();
  assert.ok(!existsSync(file));
});
