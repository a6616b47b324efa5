import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
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
