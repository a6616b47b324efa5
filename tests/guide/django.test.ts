import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../../src/python/installed.js';
import { makeEnvironment, NotHere, succeed, usualKind } from '../support/environments.js';
import { once, sharedFolder } from '../support/once.js';
import { findPythons, minor, type Python } from '../support/pythons.js';
import { createVenv, whyNoPackageIndex } from '../support/venvs.js';
import { scenario } from './scenario.js';

interface DjangoPage {
  readonly name: string;
  readonly settings: string;
  readonly version: string;
  readonly prefix: string;
  readonly modules: readonly string[];
  readonly application_group: string;
  readonly pid: number;
}

scenario(13, 'daemon', async ({ python, venvs, serve }) => {
  const home = join(venvs, 'projects');
  symlinkSync(await withDjango(python), home);
  const { page } = await serve('site.conf');
  // Both in turn and twice, so that each is seen after the other was set up.
  for (const name of ['shop', 'forum', 'shop', 'forum']) {
    const seen = (await page(`/${name}`)) as unknown as DjangoPage;
    assert.deepEqual(
      [seen.name, seen.settings, seen.modules, seen.application_group],
      [`the ${name}`, `${name}_settings`, [`${name}_settings`], `localhost|/${name}`],
    );
    assert.deepEqual([seen.version, seen.prefix], [python.version, home]);
  }
  const [shop, forum] = [await page('/shop'), await page('/forum')];
  const together = compareVersions(python.version, '3.8') >= 0;
  assert.equal(shop.pid === forum.pid, together, 'one process');
});

/** Installed by the pip of a newer Python, which chooses releases for this one: not every Python here has a pip. */
async function withDjango(python: Python): Promise<string> {
  const installer = findPythons().find((one) => one.venv && one.pip);
  if (!installer) throw new NotHere('no Python here has pip');
  const noIndex = await whyNoPackageIndex(installer);
  if (noIndex !== undefined) throw new NotHere(noIndex);
  const tools = join(sharedFolder(), 'tools');
  mkdirSync(tools, { recursive: true, mode: 0o755 });
  const pip = await once(join(tools, 'pip'), async () => {
    await createVenv(installer, join(tools, 'pip'), { requirements: ['pip'] });
    return join(tools, 'pip/bin/python');
  });
  const { oldest, requirements } = releaseFor(python);
  const packages = join(sharedFolder(), `django-from-${oldest}`);
  await once(packages, async () => {
    await succeed(pip, [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile'],
      ...['--only-binary=:all:', '--python-version', oldest, '--target', packages],
      ...requirements,
    ]);
    return packages;
  });
  const home = await makeEnvironment(python, {
    kind: usualKind(python),
    packages: { projects: '1.0' },
  });
  const site = join(home, 'lib', `python${minor(python.version)}`, 'site-packages');
  return once(join(sharedFolder(), `django-in-${minor(python.version)}`), async () => {
    writeFileSync(join(site, 'django.pth'), `${packages}\n`);
    return home;
  });
}

/** What each asks for by a condition on the version stands here, since pip asks its own Python for that. */
function releaseFor({ version }: Python): { oldest: string; requirements: readonly string[] } {
  if (version.startsWith('2.')) return { oldest: '2.7', requirements: ['Django<2', 'pytz'] };
  if (compareVersions(version, '3.10') < 0)
    return {
      oldest: '3.6',
      requirements: ['Django<4', 'asgiref<4', 'pytz', 'sqlparse', 'typing_extensions'],
    };
  return { oldest: '3.10', requirements: ['Django', 'typing_extensions'] };
}
