import assert from 'node:assert/strict';
import { realpathSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/http.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { startVenvhost } from '../support/server.js';
import { testWithPythons } from '../support/skipping.js';
import { makeVenv } from '../support/venvs.js';

const repository = await reachableRepository();

const here = join(repository, 'examples/two-pythons');

interface Facts {
  readonly version: string;
  readonly prefix: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly process_group: string;
  readonly uid: number;
}

testWithPythons(
  'two applications on two Pythons each report their own version, prefix and packages',
  2,
  async ([newer, older]) => {
    const venvs = makeReadableFolder('two-');
    symlinkSync(await makeVenv(newer!, { packages: { flavour: '2.0' } }), join(venvs, 'new'));
    symlinkSync(await makeVenv(older!, { packages: { flavour: '1.0' } }), join(venvs, 'old'));
    const server = await startTwo(venvs);
    try {
      const first = JSON.parse((await ask(server.port, '/new')).text) as Facts;
      const second = JSON.parse((await ask(server.port, '/old')).text) as Facts;
      assert.equal(first.version, newer!.version);
      assert.equal(second.version, older!.version);
      assert.equal(realpathSync(first.prefix), realpathSync(join(venvs, 'new')));
      assert.equal(realpathSync(second.prefix), realpathSync(join(venvs, 'old')));
      assert.equal(first.packages['flavour'], '2.0');
      assert.equal(second.packages['flavour'], '1.0');
      assert.deepEqual([first.process_group, second.process_group], ['new', 'old']);
    } finally {
      await server.stop();
      rmSync(venvs, { recursive: true });
    }
  },
);

testWithPythons(
  'two virtual environments of one Python keep their packages apart, and none runs as root',
  1,
  async ([python]) => {
    const venvs = makeReadableFolder('two-');
    symlinkSync(await makeVenv(python!, { packages: { flavour: '2.0' } }), join(venvs, 'new'));
    symlinkSync(await makeVenv(python!, { packages: { flavour: '1.0' } }), join(venvs, 'old'));
    const server = await startTwo(venvs);
    try {
      const first = JSON.parse((await ask(server.port, '/new')).text) as Facts;
      const second = JSON.parse((await ask(server.port, '/old')).text) as Facts;
      assert.deepEqual([first.packages['flavour'], second.packages['flavour']], ['2.0', '1.0']);
      assert.notEqual(first.uid, 0);
      assert.notEqual(second.uid, 0);
    } finally {
      await server.stop();
      rmSync(venvs, { recursive: true });
    }
  },
);

function startTwo(venvs: string) {
  const defines = [`HERE=${here}`, `VENVS=${venvs}`, 'PORT=0'];
  return startVenvhost([
    'run',
    ...['-f', join(here, 'two-pythons.conf')],
    ...defines.flatMap((define) => ['-D', define]),
  ]);
}
