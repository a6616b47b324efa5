import assert from 'node:assert/strict';
import { chownSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command.js';
import { kinds, NotHere, usualKind } from '../support/environments.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { daemonUser, findUser } from '../support/users.js';
import { anotherPython, firstPythonOfPath, mainFlavour } from './place.js';
import { scenario } from './scenario.js';

scenario(1, 'daemon', async ({ python, environment, serve }) => {
  // What activate exports is the place where the environment was made.
  const home = realpathSync(await environment('blog', { packages: { flavour: '1.0' } }));
  const command = join(await reachableRepository(), 'bin/venvhost.js');
  const shell = [
    `. "${home}/bin/activate"`,
    'python -c "import sys; print(sys.prefix)"',
    `"${process.execPath}" "${command}" venv .`,
  ].join(' && ');
  const said = await runCommand('bash', ['--noprofile', '--norc', '-c', shell], {
    deadline: 30_000,
    cwd: home,
  });
  if (said.output.includes("unknown command 'venv'"))
    throw new NotHere('the command venvhost venv is not there yet');
  assert.equal(said.status, 0, said.output);
  assert.equal(said.stdout.split('\n')[0], home);
  const line = /python-home=(\S+)/.exec(said.stdout)?.[1];
  assert.equal(line, home, said.output);
  const { page } = await serve('site.conf', { HOME_OF_BLOG: line });
  const blog = await page('/');
  assert.deepEqual([blog.prefix, blog.version, blog.flavour], [home, python.version, '1.0']);
});

scenario(2, 'daemon', async ({ environment, refused }) => {
  const home = await environment('blog');
  const said = await refused('site.conf');
  assert.match(said, /home-is-executable/);
  assert.ok(said.includes(`write python-home=${home}\n`), said);
  return 'refused';
});

scenario(3, 'daemon', async ({ venvs, environment, refused }) => {
  const user = daemonUser();
  const owner = ['daemon', 'nobody', 'games']
    .map(findUser)
    .find((one) => one && one.uid !== user?.uid);
  if (!user || !owner) throw new NotHere('only root can make a folder of another user');
  const closed = join(venvs, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  chownSync(closed, owner.uid, owner.gid);
  symlinkSync(await environment('elsewhere'), join(closed, 'blog'));
  const said = await refused('site.conf', { VENVS: closed });
  assert.match(said, /home-unreachable/);
  const wanted = `user "${user.name}" cannot enter ${closed} (mode 0700, owner ${owner.name})`;
  assert.ok(said.includes(wanted), said);
  return 'refused';
});

scenario(4, 'daemon', async ({ python, environment, check, serve }, original) => {
  const other = anotherPython(original);
  await environment('empty');
  const shop = await environment('shop', { packages: { flavour: '1.0' } }, other);
  const said = await check('activated.conf');
  assert.match(said.output, /environment-of-another-python/);
  for (const part of [short(python.version), short(other.version), `python-home=${shop}`])
    assert.ok(said.output.includes(part), `${part} in ${said.output}`);
  const { page } = await serve('python-home.conf');
  const plain = await page('/');
  assert.deepEqual([plain.version, plain.prefix, plain.flavour], [other.version, shop, '1.0']);
});

scenario(5, 'daemon', async ({ python, serve }) => {
  firstPythonOfPath(python);
  const { page } = await serve('site.conf');
  const blog = await page('/');
  assert.equal(blog.version, python.version);
  assert.equal(blog.prefix, join(python.executable, '../..'));
  assert.deepEqual([blog.process_group, blog.application_group], ['blog', '']);
  assert.equal(blog.flavour, mainFlavour, 'packages of the main installation are seen');
});

scenario(6, 'daemon', async (place) => {
  const tried: string[] = [];
  for (const kind of kinds) {
    if (kind === 'venv' && !place.python.venv) continue;
    let home = '';
    try {
      home = await place.environment(`by-${kind}`, { kind, packages: { flavour: '1.0' } });
    } catch (error) {
      // Without PyPI there is no virtualenv; what venv made is tried all the same.
      if (error instanceof NotHere && tried.length > 0) continue;
      throw error;
    }
    tried.push(kind);
    const venvs = join(place.venvs, `of-${kind}`);
    mkdirSync(venvs);
    symlinkSync(home, join(venvs, 'blog'));
    const { page } = await place.serve('site.conf', { VENVS: venvs });
    const blog = await page('/');
    assert.equal(blog.version, place.python.version, kind);
    assert.equal(blog.prefix, join(venvs, 'blog'), kind);
    assert.equal(blog.flavour, '1.0', kind);
    assert.ok(
      !blog.path.some((folder) => /(site|dist)-packages/.test(folder) && !folder.startsWith(venvs)),
      `${kind}: only its own packages: ${blog.path.join(' ')}`,
    );
  }
  assert.ok(tried.includes(usualKind(place.python)));
});

function short(version: string): string {
  return `Python ${version.split('.').slice(0, 2).join('.')}`;
}
