import assert from 'node:assert/strict';
import { join } from 'node:path';
import { NotHere } from '../support/environments.js';
import { minor, type Python } from '../support/pythons.js';
import { firstPythonOfPath, guidePythons, mainFlavour, type Place } from './place.js';
import { scenario } from './scenario.js';

scenario(18, 'daemon', async ({ here, environment, serve }) => {
  const home = await environment('blog', { packages: { flavour: '1.0' } });
  const { page } = await serve('site.conf');
  const blog = await page('/');
  const folders = ['first', 'by-pth-file', 'second'].map((name) => join(here, name));
  assert.deepEqual(blog.path.slice(0, 3), folders);
  assert.ok(!blog.path.includes(join(here, 'embedded')), 'WSGIPythonPath is for embedded mode');
  assert.deepEqual([blog.prefix, blog.flavour], [home, '1.0']);
});

scenario(20, 'daemon', async ({ python, venvs, environment, check, serve }) => {
  firstPythonOfPath(python);
  const home = await environment('blog', { packages: { flavour: '1.0' } });
  const defines = { VERSION: minor(python.version) };
  const said = await check('old.conf', defines);
  assert.equal(said.status, 0, said.output);
  assert.match(said.output, /python-path-is-environment/);
  assert.ok(said.output.includes(`write python-home=${join(venvs, 'blog')} instead`), said.output);
  const old = await (await serve('old.conf', defines)).page('/');
  assert.equal(old.path[0], join(home, `lib/python${minor(python.version)}/site-packages`));
  assert.equal(old.prefix, join(python.executable, '../..'), 'the main installation runs it');
  assert.equal(old.flavour, '1.0');
  const now = await (await serve('new.conf')).page('/');
  assert.deepEqual([now.prefix, now.flavour], [home, '1.0']);
  assert.notEqual(now.flavour, mainFlavour);
});

scenario(21, 'daemon', async ({ python, environment, serve }, original) => {
  const all = guidePythons();
  // Without PyPI there is no virtualenv, so no environment of Python 2.
  const [oldest = original] = (await canVirtualenv(environment, all[0])) ? all : all.slice(1);
  const pythons = { oldest, chosen: original, newest: all.at(-1) ?? original };
  const versions = { oldest: '1.0', chosen: '1.5', newest: '2.0' };
  const homes: Record<string, string> = {};
  for (const name of ['oldest', 'chosen', 'newest'] as const)
    homes[name] = await environment(
      name,
      { packages: { flavour: versions[name] } },
      name === 'chosen' ? python : pythons[name],
    );
  const { page } = await serve('site.conf');
  for (const name of ['oldest', 'chosen', 'newest'] as const) {
    const one = await page(`/${name}`);
    assert.deepEqual(
      [one.version, one.prefix, one.flavour, one.process_group],
      [pythons[name].version, homes[name], versions[name], name],
    );
  }
});

async function canVirtualenv(
  environment: Place['environment'],
  python: Python | undefined,
): Promise<boolean> {
  if (python === undefined || python.venv) return true;
  try {
    await environment('probe', {}, python);
    return true;
  } catch (error) {
    if (error instanceof NotHere) return false;
    throw error;
  }
}
