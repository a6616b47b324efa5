import assert from 'node:assert/strict';
import { ask } from '../support/http.js';
import { isEvent } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

testWithPythons(
  'a daemon whose script could not be imported is not called ready',
  1,
  async ([python]) => {
    const site = {
      mounts: { '/': 'app.wsgi' },
      files: { 'app.wsgi': 'raise ValueError("broken on purpose")\n' },
      more: (folder: string) =>
        `WSGIImportScript "${folder}/app.wsgi" process-group=site application-group=%{GLOBAL}`,
    };
    await withSite(python!, site, async (server) => {
      const line = await server.until(isEvent('daemon-ready'), 'has a daemon');
      assert.equal(line['failedImports'], 1, server.output());
      assert.match(
        line.msg ?? '',
        /runs after \d+ ms, but a script could not be imported: Python 3/,
      );
      assert.doesNotMatch(server.output(), / is ready after/);
    });
  },
);

testWithPythons(
  'the traceback of a script that ends its process is told once',
  1,
  async ([python]) => {
    const app = `import os, sys, traceback

def application(environ, start_response):
    try:
        raise ValueError('broken on purpose')
    except ValueError:
        traceback.print_exc()
        sys.stderr.flush()
    os.kill(os.getpid(), 9)
`;
    const site = { mounts: { '/': 'app.wsgi' }, files: { 'app.wsgi': app } };
    await withSite(python!, site, async (server) => {
      assert.equal((await ask(server.port, '/')).status, 502, server.output());
      await server.until(isEvent('daemon-died'), 'tells its end');
      const telling = server.log.filter(({ msg }) =>
        /ValueError: broken on purpose$/m.test(msg ?? ''),
      );
      assert.equal(telling.length, 1, server.output());
    });
  },
);
