import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectLibrary } from '../../../src/python/libpython.js';
import type { Ran } from '../../../src/python/machine.js';
import { fakeMachine } from '../../support/fake-machine.js';

const python = {
  executable: '/srv/venv/bin/python',
  version: '3.11.2',
  build: '3.11.2 (main, Mar 1 2025) [GCC 12.2.0]',
  sharedLibrary: '/usr/lib/libpython3.11.so.1.0',
};

async function codesWhen(ran: Partial<Ran>): Promise<string[]> {
  const machine = {
    ...fakeMachine({ files: {}, pythons: {} }),
    run: async () => ({ status: 0, signal: null, stdout: '', stderr: '', ...ran }),
  };
  const { findings } = await inspectLibrary(python, { machine });
  return findings.map(({ code, message }) => `${code}: ${message}`);
}

test('a library that cannot be loaded, or ends its process, is broken with what was seen', async () => {
  const [said] = await codesWhen({ stdout: 'embedding\tbroken\tundefined symbol: PyX\n' });
  assert.match(said ?? '', /^library-broken: .*libpython3\.11\.so\.1\.0 .*undefined symbol: PyX$/);
  const [crashed] = await codesWhen({ status: null, signal: 'SIGSEGV' });
  assert.match(crashed ?? '', /killed by SIGSEGV/);
  assert.equal(crashed?.split(':')[0], 'library-broken');
});

test('a library that works has no finding', async () => {
  assert.deepEqual(await codesWhen({ stdout: 'embedding\tworks\n' }), []);
  assert.deepEqual(await codesWhen({ stdout: 'embedding\tworks\t3.11.2\t/srv/venv\n' }), []);
});

test('a library of another version than the interpreter is told of with both', async () => {
  const [said] = await codesWhen({ stdout: 'embedding\tworks\t3.9.5\t/usr\n' });
  assert.match(
    said ?? '',
    /^library-broken: .* of Python 3\.9\.5, and \/srv\/venv\/bin\/python is 3\.11\.2$/,
  );
});

test('a library of another build of the same version is told of with both', async () => {
  const build = (date: string) =>
    codesWhen({
      stdout: `embedding\tworks\t3.11.2\t/usr\t3.11.2 (main, ${date}) [GCC 12.2.0]\n`,
    });
  assert.deepEqual(await build('Mar 1 2025'), []);
  const [said] = await build('Apr 28 2025');
  assert.match(said ?? '', /^library-broken: .*Apr 28 2025.* and .*Mar 1 2025/);
});
