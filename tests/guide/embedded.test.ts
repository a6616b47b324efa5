import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { NotHere, usualKind } from '../support/environments.js';
import { minor } from '../support/pythons.js';
import { anotherPython, type Page, type RunningGuide } from './place.js';
import { scenario, type Tried } from './scenario.js';

scenario(4, 'embedded', async (place, original) => {
  const { python, environment, check } = place;
  const other = anotherPython(original);
  await environment('empty');
  const shop = await environment('shop', { packages: { flavour: '1.0' } }, other);
  const said = await check('embedded-activated.conf');
  assert.match(said.output, /environment-of-another-python/);
  for (const part of [minor(python.version), minor(other.version), `python-home=${shop}`])
    assert.ok(said.output.includes(part), `${part} in ${said.output}`);
  const { page } = await serveEmbedded(place, 'embedded.conf');
  const plain = await page('/');
  assert.deepEqual([plain.version, plain.prefix, plain.flavour], [other.version, shop, '1.0']);
});

scenario(14, 'embedded', async (place) => {
  const home = await place.environment('blog', { packages: { flavour: '1.0' } });
  const running = await serveEmbedded(place, 'site.conf');
  const blog = await running.page('/');
  assert.deepEqual(
    [blog.version, blog.prefix, blog.flavour, blog.process_group, blog.application_group],
    [place.python.version, home, '1.0', '', ''],
  );
  inTheGateway(running, blog);
});

scenario(15, 'embedded', async (place) => {
  const home = await place.environment('blog', { packages: { flavour: '1.0' } });
  const said = await place.refused('inside.conf');
  assert.match(said, /wrong-context/);
  assert.match(said, /inside\.conf:\d+:\d+: error: WSGIPythonHome/);
  const running = await serveEmbedded(place, 'outside.conf');
  const blog = await running.page('/', 'blog.example');
  assert.deepEqual([blog.version, blog.prefix], [place.python.version, home]);
  inTheGateway(running, blog);
});

scenario(16, 'embedded', async (place) => {
  const home = await place.environment('myapps', { packages: { flavour: '1.0' } });
  for (const { file, paths, groups } of [
    {
      file: 'one-by-one.conf',
      paths: ['/', '/myapp2'],
      groups: ['localhost|', 'localhost|/myapp2'],
    },
    {
      file: 'folder.conf',
      paths: ['/myapp1.wsgi', '/myapp2.wsgi'],
      groups: ['localhost|/myapp1.wsgi', 'localhost|/myapp2.wsgi'],
    },
  ]) {
    const running = await serveEmbedded(place, file);
    for (const [index, path] of paths.entries()) {
      const one = await running.page(path);
      assert.deepEqual(
        [one.script, one.application_group, one.prefix, one.flavour],
        [`myapp${index + 1}.wsgi`, groups[index], home, '1.0'],
      );
      inTheGateway(running, one);
    }
  }
});

scenario(17, 'embedded', async (place) => {
  const { python, environment } = place;
  const kind = usualKind(python);
  const one = await environment('myapp1', { kind: 'virtualenv', packages: { flavour: '1.0' } });
  const two = await environment('myapp2', { kind, packages: { flavour: '2.0' } });
  const empty = await environment('empty', { kind });
  const running = await serveEmbedded(place, 'site.conf');
  const packages = (home: string) =>
    join(home, 'lib', `python${minor(python.version)}`, 'site-packages');
  const [activated, added, inFront] = [
    await running.page('/activated'),
    await running.page('/added'),
    await running.page('/in-front'),
  ];
  assert.equal(realpathSync(activated.path[0]!), realpathSync(packages(one)));
  assert.equal(added.path.at(-1), packages(two));
  assert.equal(inFront.path[0], packages(two));
  assert.deepEqual([added.prefix, inFront.prefix], [empty, empty]);
  assert.deepEqual(
    [activated, added, inFront].map(({ flavour }) => flavour),
    ['1.0', '2.0', '2.0'],
  );
  for (const page of [activated, added, inFront]) inTheGateway(running, page);
  return undefined;
});

scenario(18, 'embedded', async (place) => {
  const home = await place.environment('blog', { packages: { flavour: '1.0' } });
  const running = await serveEmbedded(place, 'site.conf');
  const blog = await running.page('/embedded');
  assert.equal(blog.path[0], join(place.here, 'embedded'));
  assert.ok(!blog.path.includes(join(place.here, 'first')), 'python-path is for daemon mode');
  assert.deepEqual([blog.prefix, blog.flavour, blog.process_group], [home, '1.0', '']);
});

/** Skips where embedded mode cannot be: the reason is what the check of the configuration says. */
async function serveEmbedded(place: Tried, file: string): Promise<RunningGuide> {
  const said = await place.check(file);
  const reason = /error: (.*) \[(?:embedding-unavailable|library-missing)\]/.exec(said.output)?.[1];
  if (reason !== undefined) throw new NotHere(reason);
  return place.serve(file);
}

function inTheGateway({ server }: RunningGuide, page: Page): void {
  const gateways = server.log
    .filter(({ type }) => type === 'gateway-up')
    .map(({ pid }) => pid as number);
  assert.ok(gateways.includes(page.pid), `pid ${page.pid} is one of gateways ${gateways}`);
}
