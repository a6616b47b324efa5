import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { diskFiles } from '../../../src/config/disk.js';
import { readConfig } from '../../../src/config/read.js';

test('files on disk include each other, relative to the folder of the first one', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'sites'));
  writeFileSync(join(folder, 'main.conf'), 'Include sites/*.conf\nInclude sites\nErrorLog e.log\n');
  writeFileSync(join(folder, 'sites/b.conf'), 'Listen 2\n');
  writeFileSync(join(folder, 'sites/a.conf'), 'Listen 1\n');
  const { config, diagnostics } = read([join(folder, 'main.conf')]);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    config.global.listen.map(({ value }) => value.port),
    [1, 2, 1, 2],
  );
  assert.equal(config.main.errorLog?.value, join(folder, 'e.log'));
});

test('a folder and a missing file in place of a configuration file are told apart', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { diagnostics } = read([folder, join(folder, 'none.conf')]);
  assert.deepEqual(
    diagnostics.map(({ code, message }) => [code, message.split(': ').at(-1)]),
    [
      ['file-unreadable', 'it is a folder'],
      ['file-unreadable', 'no such file'],
    ],
  );
});

test('a folder with a link to itself, and folders with links to each other, are told and come to an end', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'sites/a'), { recursive: true });
  mkdirSync(join(folder, 'sites/b'));
  writeFileSync(join(folder, 'sites/one.conf'), 'Listen 1\n');
  symlinkSync('.', join(folder, 'sites/loop'));
  symlinkSync('../b', join(folder, 'sites/a/b'));
  symlinkSync('../a', join(folder, 'sites/b/a'));
  writeFileSync(join(folder, 'main.conf'), 'Include sites\n');
  const { config, diagnostics } = read([join(folder, 'main.conf')]);
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['include-loop', 'include-loop', 'include-loop'],
  );
  assert.match(diagnostics.at(-1)!.message, /sites\/loop" is a link to a folder around it/);
  assert.equal(config.global.listen.length, 1);
});

test('a pipe that is included is told, and nobody waits for its other end', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync('mkfifo', [join(folder, 'pipe.conf')]);
  writeFileSync(
    join(folder, 'main.conf'),
    'Include pipe.conf\nInclude /dev/null\nInclude /dev/zero\n',
  );
  const { diagnostics } = read([join(folder, 'main.conf')]);
  assert.deepEqual(
    diagnostics.map(({ message }) => message.split(': ').at(-1)),
    ['it is a pipe, and no regular file', 'it is a device, and no regular file'],
  );
});

test('a pipe that the command names is read: -f <(command)', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const pipe = join(folder, 'pipe.conf');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', 'echo Listen 7 > "$0"', pipe]);
  t.after(() => writer.kill());
  const { config, diagnostics } = read([pipe]);
  assert.deepEqual(diagnostics, []);
  assert.equal(config.global.listen[0]?.value.port, 7);
});

test('thousands of unknown names, and one of any length, are read in seconds', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'main.conf');
  const lines = Array.from({ length: 20_000 }, (_, index) => `UnknownDirective${index} on`);
  writeFileSync(path, [...lines, 'Word'.repeat(25_000), ''].join('\n'));
  const begun = performance.now();
  const { diagnostics } = read([path]);
  const seconds = (performance.now() - begun) / 1000;
  assert.equal(diagnostics.length, 20_001);
  assert.ok(diagnostics.at(-1)!.message.length < 300);
  // It took 25 and 27 seconds with an edit distance that knew no bounds.
  assert.ok(seconds < 8, `took ${seconds} s`);
});

test('a ServerRoot that is passed in counts until the file states one', () => {
  const files = { ...diskFiles, read: () => 'PidFile run/pid\n' };
  const { config } = readConfig(['/x/app.conf'], {
    ...files,
    environment: {},
    defines: new Map(),
    serverRoot: '/srv/root',
    ignoreUnsupported: false,
  });
  assert.equal(config.global.pidFile?.value, '/srv/root/run/pid');
});

function read(files: readonly string[]) {
  return readConfig(files, {
    ...diskFiles,
    environment: {},
    defines: new Map(),
    ignoreUnsupported: false,
  });
}
