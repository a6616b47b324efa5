import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
