import assert from 'node:assert/strict';
import { lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../../src/python/installed.js';
import type { Python } from '../support/pythons.js';
import { isEvent } from '../support/server.js';
import { scenario } from './scenario.js';

scenario(7, 'daemon', async ({ python, environment, serve }) => {
  const home = await environment('myapps', { packages: { flavour: '1.0' } });
  const { page, server } = await serve('site.conf');
  const pages = [await page('/'), await page('/myapp2'), await page('/myapp3/a/path')];
  assert.deepEqual(
    pages.map((one) => [one.script, one.application_group]),
    [
      ['myapp1.wsgi', 'localhost|'],
      ['myapp2.wsgi', 'localhost|/myapp2'],
      ['myapp3.wsgi', 'localhost|/myapp3'],
    ],
  );
  for (const one of pages)
    assert.deepEqual([one.prefix, one.flavour, one.process_group], [home, '1.0', 'myapps']);
  const processes = processesFor(3, python);
  assert.equal(new Set(pages.map(({ pid }) => pid)).size, processes);
  const told = server.log.filter(isEvent('interpreters-unavailable'));
  assert.equal(told.length, processes === 1 ? 0 : 1, 'said once where there are no interpreters');
});

scenario(8, 'daemon', async ({ python, here, environment, serve }) => {
  await environment('myapps', { packages: { flavour: '1.0' } });
  const scripts = join(here, 'scripts');
  for (const name of ['folder', 'linked', 'unlinked']) mkdirSync(join(scripts, name));
  writeFileSync(join(scripts, '.htpasswd'), 'secret');
  const outside = join(here, 'outside.wsgi');
  for (const name of ['link.wsgi', 'linked/same-owner.wsgi', 'unlinked/link.wsgi'])
    symlinkSync(outside, join(scripts, name));
  const { page, status } = await serve('site.conf');
  const pages = [await page('/myapp1.wsgi'), await page('/myapp2.wsgi/a/path')];
  assert.deepEqual(
    pages.map((one) => [one.script, one.application_group, one.flavour]),
    [
      ['myapp1.wsgi', 'localhost|/myapp1.wsgi', '1.0'],
      ['myapp2.wsgi', 'localhost|/myapp2.wsgi', '1.0'],
    ],
  );
  assert.equal(new Set(pages.map(({ pid }) => pid)).size, processesFor(2, python));
  assert.equal(await status('/missing.wsgi'), 404, 'a missing file');
  assert.equal(await status('/'), 403, 'the folder itself');
  assert.equal(await status('/folder'), 301, 'a folder in it');
  assert.equal(await status('/folder/'), 403, 'and with the slash that it is led to');
  assert.ok([403, 404].includes(await status('/.htpasswd')), 'a dot file');
  for (const way of ['/../outside.wsgi', '/%2e%2e/outside.wsgi', '/folder/../../outside.wsgi'])
    assert.ok([400, 403, 404].includes(await status(way)), way);
  assert.equal((await page('/link.wsgi')).script, 'outside.wsgi', 'links are followed');
  assert.equal(await status('/linked/same-owner.wsgi'), 200, 'a link of the same owner');
  assert.equal(await status('/unlinked/link.wsgi'), 403, 'a link where none may be followed');
  if (process.getuid?.() === 0) {
    symlinkSync(outside, join(scripts, 'linked/of-another.wsgi'));
    lchownSync(join(scripts, 'linked/of-another.wsgi'), 12345, 12345);
    assert.equal(await status('/linked/of-another.wsgi'), 403, 'a link of another owner');
  }
});

scenario(19, 'daemon', async ({ python, here, environment, serve }) => {
  const home = await environment('blog', { packages: { flavour: '1.0' } });
  const { page } = await serve('site.conf');
  const [blog, other] = [await page('/'), await page('/other')];
  const project = join(here, 'project');
  assert.equal(blog.path[0], project);
  assert.ok(!other.path.includes(project), 'the other application has a sys.path of its own');
  assert.deepEqual([blog.prefix, other.prefix, blog.flavour], [home, home, '1.0']);
  assert.equal(new Set([blog.pid, other.pid]).size, processesFor(2, python));
});

/** Before 3.8 there are no sub-interpreters that could be used, and each application group has a process. */
export function processesFor(applications: number, python: Python): number {
  return compareVersions(python.version, '3.8') < 0 ? applications : 1;
}
