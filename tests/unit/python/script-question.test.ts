import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { scriptQuestion } from '../../../src/python/script-question.js';
import { inspectScripts } from '../../../src/python/scripts.js';
import { fakeMachine } from '../../support/fake-machine.js';
import { findPythons } from '../../support/pythons.js';

const folder = mkdtempSync(join(tmpdir(), 'venvhost-scripts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What a script holds, and what must be told of it by every Python. */
const scripts: Readonly<Record<string, { text: string; told: object }>> = {
  'a function': {
    text: 'def application(environ, start_response):\n    hidden = 1\n',
    told: { names: ['application'], dynamic: false },
  },
  'all ways to bind a name': {
    text: 'import a.b, c as d\nfrom e import f as g\nh = i, j = 1, 2\nfor k in []: pass\nwith x as l: pass\nclass M: n = 1\ndef o():\n    global p\n    p = q = 1\n',
    told: { names: ['M', 'a', 'd', 'g', 'h', 'i', 'j', 'k', 'l', 'o', 'p'], dynamic: false },
  },
  'a star': { text: 'from settings import *\n', told: { dynamic: true } },
  'globals()': { text: "globals()['application'] = 1\n", told: { dynamic: true } },
  'the table of modules': {
    text: 'import sys\nsys.modules[__name__].application = 1\n',
    told: { dynamic: true },
  },
  'execfile for both': {
    text: 'try:\n    execfile("x")\nexcept NameError:\n    exec(open("x").read())\n',
    told: { execfile: null },
  },
  'execfile by version': {
    text: 'import sys\nif sys.version_info[0] == 2:\n    execfile("x")\n',
    told: { execfile: null },
  },
  'execfile alone': { text: '\nexecfile("x")\n', told: { execfile: 2 } },
  'an activation': {
    text: 'import os\nhome = "/no/venv"\nactivate_this = os.path.join(home, "bin", "activate_this.py")\n',
    told: { activates: [{ line: 3, path: '/no/venv/bin/activate_this.py', there: false }] },
  },
  'an activation if it is there': {
    text: 'import os\npath = "/no/venv" + "/bin/activate_this.py"\nif os.path.isfile(path):\n    execfile(path)\n',
    told: { activates: [] },
  },
};

for (const { executable, version } of findPythons())
  test(`Python ${version} tells what scripts define, without executing them`, () => {
    const paths = Object.entries(scripts).map(([name, { text }]) => {
      const path = join(folder, `${name.replaceAll(/\W/g, '-')}.wsgi`);
      writeFileSync(path, `${text}raise SystemExit("executed")\n`);
      return path;
    });
    const broken = join(folder, 'broken.wsgi');
    writeFileSync(broken, 'x = 1\ny = = 2\n');
    const ran = spawnSync(
      executable,
      ['-E', '-s', '-S', '-B', '-c', scriptQuestion, ...paths, broken, join(folder, 'missing')],
      { encoding: 'utf8' },
    );
    assert.equal(ran.status, 0, ran.stderr);
    const answers = ran.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line.replace('venvhost ', '')) as Record<string, unknown>);
    for (const [index, [name, { told }]] of Object.entries(scripts).entries())
      for (const [key, value] of Object.entries(told))
        assert.deepEqual(answers[index]?.[key], value, `${name}: ${key}`);
    const [syntax, missing] = answers.slice(-2);
    assert.deepEqual((syntax?.['syntax'] as { line: number; text: string } | undefined)?.line, 2);
    assert.equal((syntax?.['syntax'] as { text: string } | undefined)?.text, 'y = = 2');
    assert.equal(missing?.['unreadable'], 'No such file or directory');
  });

test('an interpreter that answers nonsense is believed nothing', async () => {
  const machine = fakeMachine({ files: {}, pythons: {} });
  for (const line of ['venvhost {"names":1}', 'venvhost [', 'venvhost null', 'venvhost {}', 'x'])
    assert.deepEqual(
      await inspectScripts(
        { executable: '/x', paths: ['/a.wsgi'] },
        {
          ...machine,
          run: async () => ({ status: 0, signal: null, stdout: `${line}\n`, stderr: '' }),
        },
        undefined,
      ),
      {},
      line,
    );
});

test('root asks no interpreter about scripts without another user', async () => {
  const machine = fakeMachine({ files: {}, pythons: {}, self: { uid: 0, gid: 0, groups: [0] } });
  let asked = false;
  const watching: typeof machine = {
    ...machine,
    run: (...given) => {
      asked = true;
      return machine.run(...given);
    },
  };
  await inspectScripts({ executable: '/x', paths: ['/a.wsgi'] }, watching, '/usr/bin/setpriv');
  assert.equal(asked, false);
});
