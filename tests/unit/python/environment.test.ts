import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findSetpriv } from '../../../src/base/as-identity.js';
import { climbToRoot } from '../../../src/python/climb.js';
import { listDistributions } from '../../../src/python/distributions.js';
import { elfMachine } from '../../../src/python/elf.js';
import { describeEnvironments, environmentsNear } from '../../../src/python/environment.js';
import { inspectPython, inspectTools } from '../../../src/python/inspect.js';
import { realMachine } from '../../../src/python/machine.js';
import { foreignExtensions } from '../../../src/python/packages.js';
import { isOfOtherPython } from '../../../src/python/scripts.js';
import { fakeFiles, fakeMachine } from '../../support/fake-machine.js';
import { daemonUser } from '../../support/users.js';

const folder = mkdtempSync(join(tmpdir(), 'venvhost-environment-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

test('every path inside of an environment leads to its root, and no other folder does', () => {
  const files = fakeFiles({
    '/srv/venv/pyvenv.cfg': { file: '' },
    '/srv/venv/bin/python': { link: '/usr/bin/python3' },
    '/srv/venv/lib/python3.11/site-packages/django': {},
    '/usr/bin/python3': { file: '' },
    '/usr/share/doc': {},
    '/bin/python3': { file: '' },
    '/opt/conda/conda-meta': {},
    '/opt/conda/etc/x': {},
  });
  const cases: Record<string, string | undefined> = {
    '/srv/venv': '/srv/venv',
    '/srv/venv/pyvenv.cfg': '/srv/venv',
    '/srv/venv/bin/python': '/srv/venv',
    '/srv/venv/lib/python3.11/site-packages/django': '/srv/venv',
    '/opt/conda/etc/x': '/opt/conda',
    '/usr/bin/python3': '/usr',
    '/usr/share/doc': undefined,
    '/srv': undefined,
    '/bin': undefined,
  };
  for (const [path, root] of Object.entries(cases))
    assert.equal(climbToRoot(path, files), root, path);
});

test('an interpreter that hangs is ended and told of', async () => {
  const home = join(folder, 'hangs');
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'pyvenv.cfg'), 'home = /usr/bin\n');
  writeFileSync(join(home, 'bin/python'), '#!/bin/sh\nexec sleep 60\n');
  chmodSync(join(home, 'bin/python'), 0o755);
  const machine = realMachine();
  const impatient: typeof machine = {
    ...machine,
    run: (argv, options) => machine.run(argv, { ...options, seconds: 0.3 }),
  };
  const user = daemonUser();
  const setpriv = findSetpriv((path) => typeof machine.look(path) !== 'string');
  const { findings } = await inspectPython(
    {
      home,
      ...(user && { who: { user: user.name, uid: user.uid, gid: user.gid, groups: [user.gid] } }),
    },
    inspectTools(impatient, setpriv),
  );
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['interpreter-hangs'],
  );
});

test('a requirement that only the main installation has is told of', async () => {
  const cfg = (system: boolean) =>
    `home = /usr/bin\ninclude-system-site-packages = ${system}\nversion = 3.11.2\n`;
  const machine = (system: boolean) =>
    fakeMachine({
      files: {
        '/usr/bin/python3': { file: '' },
        '/usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO': { file: '' },
        '/srv/venv/pyvenv.cfg': { file: cfg(system) },
        '/srv/venv/bin/python': { link: '/usr/bin/python3' },
        '/srv/venv/lib/python3.11/site-packages/shop-1.0.dist-info/METADATA': {
          file: 'Name: shop\nRequires-Dist: Requests (>=2)\nRequires-Dist: idna ; extra == "x"\n\ntext\n',
        },
      },
      pythons: { '/srv/venv/bin/python': '3.11.2' },
    });
  const inspect = (system: boolean) =>
    inspectPython({ home: '/srv/venv' }, inspectTools(machine(system), undefined));
  const { findings } = await inspect(true);
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['system-packages-used'],
  );
  assert.match(findings[0]!.message, /shop uses requests 2\.28\.1 of the main installation/);
  assert.deepEqual((await inspect(false)).findings, []);
});

test('what is installed is read from the names of metadata folders', () => {
  const files = fakeFiles({
    '/p/Django-5.1.dist-info/METADATA': { file: '' },
    '/p/typing_extensions-4.12.2.dist-info': {},
    '/p/old-1.0-py3.8.egg-info': { file: '' },
    '/p/source.egg-info/PKG-INFO': { file: 'Name: source\nVersion: 0.3\n' },
    '/p/django/__init__.py': { file: '' },
  });
  assert.deepEqual(
    listDistributions(['/p'], files).map(({ name, version }) => `${name} ${version}`),
    ['Django 5.1', 'old 1.0', 'source 0.3', 'typing-extensions 4.12.2'],
  );
});

test('compiled modules count as foreign only where nothing else provides them', () => {
  const files = fakeFiles({
    '/p/a.cpython-39-x86_64-linux-gnu.so': { file: '' },
    '/p/b.cpython-39-x86_64-linux-gnu.so': { file: '' },
    '/p/b.cpython-311-x86_64-linux-gnu.so': { file: '' },
    '/p/c/x.cpython-37m-x86_64-linux-gnu.so': { file: '' },
    '/p/c/y.abi3.so': { file: '' },
  });
  assert.deepEqual(foreignExtensions('/p', '3.11.2', files), [
    { path: '/p/a.cpython-39-x86_64-linux-gnu.so', made: '3.9' },
    { path: '/p/c/x.cpython-37m-x86_64-linux-gnu.so', made: '3.7' },
  ]);
});

test('the header of an executable tells its machine', () => {
  const head = new Uint8Array(20);
  assert.equal(elfMachine(head), undefined);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  head.set([183, 0], 18);
  assert.equal(elfMachine(head), 'aarch64');
});

test('a line is told to be of the other Python by what that alone understands', () => {
  const python2 = ['print "x"', 'print x', 'except E, e:', 'raise E, "x"', 'x = 0777', "u = ur'x'"];
  const python3 = ['f"{x}"', 'async def f():', 'print(x, file=y)', 'def f(x: int):', 'x: int = 3'];
  for (const line of python2) {
    assert.ok(isOfOtherPython(line, '3.11.2'), line);
    assert.ok(!isOfOtherPython(line, '2.7.18'), line);
  }
  for (const line of python3) {
    assert.ok(isOfOtherPython(line, '2.7.18'), line);
    assert.ok(!isOfOtherPython(line, '3.11.2'), line);
  }
  assert.ok(!isOfOtherPython('def f(x:', '3.11.2'));
});

test('near a folder are the active environment, those in it, in its subfolders and beside it', () => {
  const marker = { file: '' };
  const machine = fakeMachine({
    files: {
      '/srv/active/pyvenv.cfg': marker,
      '/srv/app/venv/pyvenv.cfg': marker,
      '/srv/app/part/.venv/pyvenv.cfg': marker,
      '/srv/beside/pyvenv.cfg': marker,
      '/elsewhere/venv/pyvenv.cfg': marker,
    },
    pythons: {},
  });
  assert.deepEqual(environmentsNear('/srv/app', ['/srv/active', undefined], machine), [
    '/srv/active',
    '/srv/app/venv',
    '/srv/app/part/.venv',
    '/srv/beside',
  ]);
});

test('one environment that many paths lead to is told of once, with the line to paste', async () => {
  const machine = fakeMachine({
    files: {
      '/usr/bin/python3': { file: '' },
      '/srv/my venv/pyvenv.cfg': { file: 'home = /usr/bin\nuv = 0.5.0\nversion_info = 3.11.2\n' },
      '/srv/my venv/bin/python': { link: '/usr/bin/python3' },
    },
    pythons: { '/srv/my venv/bin/python': '3.11.2' },
  });
  const found = await describeEnvironments(
    ['/srv/my venv/bin', '/srv/my venv'],
    inspectTools(machine, undefined),
    {},
  );
  assert.equal(found.length, 1);
  assert.equal(found[0]?.python.kind, 'uv');
  assert.equal(found[0]?.line, 'python-home="/srv/my venv"');
});
