import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../../src/python/installed.js';
import { type Kind, usualKind } from '../support/environments.js';
import { minor } from '../support/pythons.js';
import { firstPythonOfPath, mainFlavour, type Page } from './place.js';
import { scenario, type Tried } from './scenario.js';

scenario(9, 'daemon', async (place) => {
  const { python, here } = place;
  const [one, two] = await threeEnvironments(place, ['virtualenv', 'virtualenvwrapper']);
  const folder = python.version.startsWith('2.') ? 'python2' : '.';
  const { page } = await place.serve('site.conf', { HERE: join(here, folder) });
  const pages = [await page('/'), await page('/myapp2')];
  seeTheirOwn(place, pages, [one, two]);
  for (const [index, home] of [one, two].entries()) {
    assert.equal(pages[index]!.prefix, home, 'activate_this.py sets it');
    const [first = ''] = pages[index]!.path;
    assert.equal(realpathSync(first), realpathSync(packagesOf(place, home)), 'at the front');
  }
});

scenario(10, 'daemon', async (place) => {
  const kind = usualKind(place.python);
  const [one, two, empty] = await threeEnvironments(place, [kind, kind]);
  const { page } = await place.serve('site.conf');
  const pages = [await page('/'), await page('/myapp2')];
  seeTheirOwn(place, pages, [one, two]);
  for (const [index, home] of [one, two].entries()) {
    assert.equal(pages[index]!.prefix, empty);
    assert.equal(pages[index]!.path.at(-1), packagesOf(place, home), 'at the end');
  }
});

scenario(11, 'daemon', async (place) => {
  const kind = usualKind(place.python);
  const [one, two, empty] = await threeEnvironments(place, [kind, kind]);
  const { page } = await place.serve('site.conf');
  const pages = [await page('/'), await page('/myapp2')];
  seeTheirOwn(place, pages, [one, two]);
  for (const [index, home] of [one, two].entries()) {
    assert.equal(pages[index]!.prefix, empty);
    assert.equal(pages[index]!.path[0], packagesOf(place, home), 'at the front');
  }
});

scenario(12, 'daemon', async (place) => {
  firstPythonOfPath(place.python);
  const packages = { flavour: '1.0' };
  const home = await place.environment('myapp1', { kind: 'virtualenv', packages });
  const said = await place.check('site.conf');
  assert.match(said.output, /activated-without-empty-home/);
  assert.equal(said.status, 0, said.output);
  const { page } = await place.serve('site.conf');
  const main = packagesOf(place, join(place.python.executable, '../..'));
  const pages = [await page('/activated'), await page('/added'), await page('/in-front')];
  for (const one of pages)
    assert.ok(
      one.path.includes(main) || one.path.includes(main.replace('site-', 'dist-')),
      `${one.script}: packages of the main installation leak in: ${one.path.join(' ')}`,
    );
  assert.deepEqual(
    pages.map(({ flavour }) => flavour),
    ['1.0', mainFlavour, '1.0'],
    'what was added at the end is hidden',
  );
  assert.equal(realpathSync(pages[0]!.path[0]!), realpathSync(packagesOf(place, home)));
});

/** `myapp1` and `myapp2` with versions of their own, and `empty`. */
async function threeEnvironments(
  { python, environment }: Tried,
  kinds: readonly [Kind, Kind],
): Promise<[string, string, string]> {
  return [
    await environment('myapp1', { kind: kinds[0], packages: { flavour: '1.0' } }),
    await environment('myapp2', { kind: kinds[1], packages: { flavour: '2.0' } }),
    await environment('empty', { kind: usualKind(python) }),
  ];
}

/** Each its own version, in one process where Python can, and nothing of the main installation. */
function seeTheirOwn({ python }: Tried, pages: readonly Page[], homes: readonly string[]): void {
  assert.deepEqual(
    pages.map(({ script, flavour }) => [script, flavour]),
    [
      ['myapp1.wsgi', '1.0'],
      ['myapp2.wsgi', '2.0'],
    ],
  );
  const together = compareVersions(python.version, '3.8') >= 0;
  assert.equal(pages[0]!.pid === pages[1]!.pid, together, 'process');
  assert.deepEqual(
    pages.map(({ application_group }) => application_group),
    ['localhost|', 'localhost|/myapp2'],
  );
  const main = join(python.executable, '../..');
  for (const [index, page] of pages.entries()) {
    const foreign = page.path.filter(
      (folder) =>
        /(site|dist)-packages/.test(folder) &&
        (folder.startsWith(main) || folder.startsWith(homes[1 - index]!)),
    );
    assert.deepEqual(foreign, [], 'no packages of others');
  }
}

function packagesOf({ python }: Tried, home: string): string {
  return join(home, 'lib', `python${minor(python.version)}`, 'site-packages');
}
