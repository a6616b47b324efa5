import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ask } from '../../../src/python/ask.js';
import { askOncePerPython } from '../../../src/python/shared-answers.js';
import { fakeMachine } from '../../support/fake-machine.js';

const who = { uid: 33, gid: 33, groups: [33] };

/** An Ask that notes whom it asked, and says that the environment is its own prefix, as 3.14 does. */
function noting(): { ask: Ask; asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = async (executable) => {
    asked.push(executable);
    const prefix = executable.replace('/bin/python', '');
    return { ok: true, answer: { version: '3.14.0', prefix, basePrefix: '/usr', executable } };
  };
  return { ask, asked };
}

function venvs(more: Record<string, object> = {}) {
  const files: Record<string, object> = { '/usr/bin/python3': { file: '', mode: 0o755 } };
  for (const name of ['a', 'b', 'c']) {
    files[`/srv/${name}/bin/python`] = { link: '/usr/bin/python3' };
    files[`/srv/${name}/pyvenv.cfg`] = { file: 'home = /usr/bin\n' };
  }
  return fakeMachine({ files: { ...files, ...more }, pythons: {} });
}

test('environments of one Python are asked once, and each has its own paths', async () => {
  const { ask, asked } = noting();
  const shared = askOncePerPython(ask, venvs());
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((name) => shared(`/srv/${name}/bin/python`, who)),
  );
  assert.deepEqual(asked, ['/srv/a/bin/python']);
  assert.deepEqual(
    answers.map((one) => one.ok && [one.answer.prefix, one.answer.executable]),
    ['a', 'b', 'c'].map((name) => [`/srv/${name}`, `/srv/${name}/bin/python`]),
  );
});

const apart: [string, Record<string, object>][] = [
  ['an interpreter that is no link', { '/srv/b/bin/python': { file: '', mode: 0o755 } }],
  ['another home in pyvenv.cfg', { '/srv/b/pyvenv.cfg': { file: 'home = /opt/bin\n' } }],
  ['a pyvenv.cfg without a home', { '/srv/b/pyvenv.cfg': { file: '' } }],
  ['a folder that the user cannot enter', { '/srv/b': { mode: 0o700 } }],
  [
    'a pyvenv.cfg that not everybody can read',
    { '/srv/b/pyvenv.cfg': { file: 'home = /usr/bin\n', mode: 0o600 } },
  ],
];
for (const [title, more] of apart)
  test(`${title} is asked on its own`, async () => {
    const { ask, asked } = noting();
    const shared = askOncePerPython(ask, venvs(more));
    await shared('/srv/a/bin/python', who);
    await shared('/srv/b/bin/python', who);
    assert.deepEqual(asked, ['/srv/a/bin/python', '/srv/b/bin/python']);
  });

test('another user asks on their own', async () => {
  const { ask, asked } = noting();
  const shared = askOncePerPython(ask, venvs());
  await shared('/srv/a/bin/python', who);
  await shared('/srv/b/bin/python', { uid: 1000, gid: 1000, groups: [1000] });
  assert.equal(asked.length, 2);
});
