import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findSetpriv } from '../../../src/base/as-identity.js';
import { inspectPython, inspectTools } from '../../../src/python/inspect.js';
import { realMachine } from '../../../src/python/machine.js';
import { pythonsForVenvs } from '../../support/pythons.js';
import { daemonUser } from '../../support/users.js';

const folder = mkdtempSync(join(tmpdir(), 'venvhost-inspect-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

const user = daemonUser();
const who = user && { user: user.name, uid: user.uid, gid: user.gid, groups: [user.gid] };
const machine = realMachine();
const setpriv = findSetpriv((path) => typeof machine.look(path) !== 'string');

function inspect(home?: string) {
  return inspectPython(
    { ...(home !== undefined && { home }), ...(who && { who }) },
    inspectTools(machine, setpriv),
  );
}

const { pythons, reason = 'no Python to make environments with' } = pythonsForVenvs(99);
const newest = pythons[0];
const options = newest ? {} : { skip: reason };

function makeVenv(name: string, executable: string): string {
  const home = join(folder, name);
  execFileSync(executable, ['-m', 'venv', '--without-pip', home]);
  return home;
}

for (const python of pythons)
  test(`a venv of Python ${python.version} tells its version, prefix and base`, async () => {
    const home = makeVenv(`venv-${python.version}`, python.executable);
    const { python: found, findings } = await inspect(home);
    assert.deepEqual(findings, []);
    assert.equal(found.version, python.version);
    assert.equal(found.prefix, home);
    assert.equal(found.kind, 'venv');
    assert.equal(found.executable, join(home, 'bin/python'));
    const real = execFileSync(found.executable, [
      '-c',
      'import sys; print(sys.prefix, sys.base_prefix)',
    ]);
    assert.equal(real.toString().trim(), `${found.prefix} ${found.basePrefix}`);
  });

test(
  'without a home the first python3 of PATH that the user can start is taken, and no shim',
  options,
  async () => {
    const { python, findings } = await inspect();
    assert.deepEqual(findings, []);
    assert.match(python.version ?? '', /^3\./);
    assert.doesNotMatch(python.executable, /shims/);
  },
);

test('an installation is a home too', options, async () => {
  const prefix = execFileSync(newest!.executable, ['-c', 'import sys; print(sys.base_prefix)']);
  const { python, findings } = await inspect(prefix.toString().trim());
  assert.deepEqual(findings, []);
  assert.equal(python.kind === 'installation' || python.kind === 'conda', true);
});

test('folders inside and around a venv name the root to write', options, async () => {
  const home = makeVenv('project/venv', newest!.executable);
  const cases = {
    [`${home}/bin/python`]: 'home-is-executable',
    [`${home}/bin/python3`]: 'home-is-executable',
    [`${home}/bin`]: 'home-not-root',
    [`${home}/lib`]: 'home-not-root',
    [`${home}/lib/python${newest!.version.split('.').slice(0, 2).join('.')}/site-packages`]:
      'home-not-root',
    [join(folder, 'project')]: 'home-not-root',
    [join(folder, 'project/env')]: 'home-missing',
  };
  for (const [path, code] of Object.entries(cases)) {
    const { findings } = await inspect(path);
    assert.deepEqual(
      findings.map((found) => found.code),
      [code],
      path,
    );
    assert.ok(findings[0]?.hint?.includes(`python-home=${home}`), `${path}: ${findings[0]?.hint}`);
  }
});

test('a home that does not exist names the first folder that is missing', async () => {
  const { findings } = await inspect(join(folder, 'no/such/venv'));
  assert.equal(findings[0]?.code, 'home-missing');
  assert.match(findings[0]?.message ?? '', new RegExp(`there is no ${join(folder, 'no')}$`));
});

test('a file, and a folder without an interpreter, are no homes', async () => {
  writeFileSync(join(folder, 'a-file'), '');
  mkdirSync(join(folder, 'empty'));
  assert.equal((await inspect(join(folder, 'a-file'))).findings[0]?.code, 'home-not-a-folder');
  const { findings } = await inspect(join(folder, 'empty'));
  assert.equal(findings[0]?.code, 'interpreter-missing');
  assert.match(findings[0]?.hint ?? '', /python3 -m venv .*empty$/);
});

test('a venv whose Python is gone says which one it was made from', async () => {
  const home = fakeVenv('orphan', 'home = /opt/python3.9/bin\nversion = 3.9.2\n');
  symlinkSync('/opt/no-such-python3.9/bin/python3.9', join(home, 'bin/python'));
  const { findings } = await inspect(home);
  assert.equal(findings[0]?.code, 'base-python-missing');
  assert.match(
    findings[0]?.message ?? '',
    /Python 3\.9\.2 in \/opt\/python3\.9\/bin, which is gone/,
  );
  assert.match(findings[0]?.hint ?? '', /python3\.9 -m venv/);
});

test('an interpreter that fails or prints nonsense is broken, with what it said', async () => {
  const home = fakeVenv('broken', '');
  script(join(home, 'bin/python'), 'echo "no module named encodings" >&2; exit 1');
  const { findings } = await inspect(home);
  assert.equal(findings[0]?.code, 'interpreter-broken');
  assert.match(findings[0]?.message ?? '', /exit status 1: no module named encodings/);
});

test('of Python 2 only 2.7 is supported, and of Python 3 nothing before 3.6', async () => {
  for (const [version, supported] of [
    ['2.7.18', true],
    ['2.6.9', false],
    ['3.5.10', false],
    ['3.6.15', true],
  ] as const) {
    const home = fakeVenv(`python-${version}`, 'home = /usr/bin\n');
    script(
      join(home, 'bin/python'),
      `printf "venvhost\\t${version}\\t/usr\\t/usr\\t/usr/bin/python\\n"`,
    );
    const { findings } = await inspect(home);
    assert.equal(findings[0]?.code, supported ? undefined : 'interpreter-too-old');
    if (!supported) assert.match(findings[0]?.message ?? '', /2\.7 and all from 3\.6 on work/);
  }
});

test('a venv whose interpreter changed under its packages is outdated', async () => {
  const home = fakeVenv('upgraded', 'home = /usr/bin\nversion = 3.6.1\n');
  mkdirSync(join(home, 'lib/python3.6/site-packages'), { recursive: true });
  script(
    join(home, 'bin/python'),
    'printf "venvhost\\t3.11.2\\t/usr\\t/usr\\t/usr/bin/python3\\n"',
  );
  const { findings } = await inspect(home);
  assert.deepEqual(
    findings.map((found) => found.code),
    ['environment-outdated'],
  );
  assert.equal(findings[0]?.severity, 'warning');
});

test('the same interpreter is asked once for many groups', async () => {
  const home = fakeVenv('counted', '');
  let runs = 0;
  const counting = {
    ...machine,
    run: (...given: Parameters<typeof machine.run>) => {
      runs += 1;
      return machine.run(...given);
    },
  };
  script(
    join(home, 'bin/python'),
    'printf "venvhost\\t3.11.2\\t/usr\\t/usr\\t/usr/bin/python3\\n"',
  );
  const tools = inspectTools(counting, setpriv);
  const request = { home, ...(who && { who }) };
  await Promise.all([1, 2, 3].map(() => inspectPython(request, tools)));
  assert.equal(runs, 1);
});

const asRoot = who ? {} : { skip: 'needs root' };

test('root asks as the user of the daemon, without a group of root', asRoot, async () => {
  const home = fakeVenv('identity', '');
  script(
    join(home, 'bin/python'),
    'printf "venvhost\\t3.11.2\\t/usr\\t%s\\t/x\\n" "$(id -u):$(id -G)"',
  );
  const { python } = await inspect(home);
  assert.equal(python.basePrefix, `${who!.uid}:${who!.gid}`);
});

test('root never executes a home when there is no user for it', asRoot, async () => {
  const home = fakeVenv('never', '');
  script(join(home, 'bin/python'), `touch ${folder}/executed`);
  const { findings } = await inspectPython({ home }, inspectTools(machine, setpriv));
  assert.equal(findings[0]?.code, 'interpreter-broken');
  assert.equal(machine.look(`${folder}/executed`), 'missing');
});

test('a home behind a closed folder names the folder, its mode and its owner', asRoot, async () => {
  const home = fakeVenv('closed/venv', '');
  script(join(home, 'bin/python'), 'true');
  chmodSync(join(folder, 'closed'), 0o700);
  const { findings } = await inspect(home);
  assert.equal(findings[0]?.code, 'home-unreachable');
  assert.match(findings[0]?.message ?? '', /cannot enter .*closed \(mode 0700, owner root\)$/);
  assert.match(findings[0]?.hint ?? '', /chmod o\+x .*closed/);
});

function fakeVenv(name: string, cfg: string): string {
  const home = join(folder, name);
  mkdirSync(join(home, 'bin'), { recursive: true });
  writeFileSync(join(home, 'pyvenv.cfg'), cfg);
  return home;
}

function script(path: string, body: string): void {
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}
