import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/http.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { startVenvhost } from '../support/server.js';
import { testWithPackageIndex } from '../support/skipping.js';
import { makeVenv } from '../support/venvs.js';

const repository = await reachableRepository();

testWithPackageIndex(
  'Flask: JSON both ways and a session cookie',
  { oldest: '3.9' },
  async (python) => {
    const venv = await makeVenv(python, { requirements: ['Flask>=3'] });
    const here = makeReadableFolder('flask-');
    cpSync(join(repository, 'examples/flask'), here, { recursive: true });
    writeFileSync(join(here, 'secret-key'), randomBytes(32).toString('hex'));
    const defines = [`HERE=${here}`, `VENV=${venv}`, 'PORT=0'];
    const server = await startVenvhost([
      'run',
      ...['-f', join(here, 'flask.conf')],
      ...defines.flatMap((define) => ['-D', define]),
    ]);
    try {
      const sum = await ask(server.port, '/sum', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ numbers: [1, 2, 39] }),
      });
      assert.equal(sum.status, 200, server.output());
      assert.deepEqual(JSON.parse(sum.text), { total: 42, count: 3 });

      const bad = await ask(server.port, '/sum', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"numbers": [1,',
      });
      assert.equal(bad.status, 400);

      const first = await ask(server.port, '/visits');
      const cookie = first.headers['set-cookie']?.split(';')[0];
      assert.ok(cookie?.startsWith('session='), `a cookie was set: ${cookie}`);
      assert.deepEqual(JSON.parse(first.text), { visits: 1 });
      const again = await ask(server.port, '/visits', { headers: { Cookie: cookie ?? '' } });
      assert.deepEqual(JSON.parse(again.text), { visits: 2 }, 'whichever process answers');
    } finally {
      await server.stop();
      rmSync(here, { recursive: true });
    }
  },
);
