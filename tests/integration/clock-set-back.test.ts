import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeClock, whyNoFakeClock } from '../support/fake-clock.js';
import { ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent } from '../support/server.js';
import { withSite } from '../support/site.js';

const dies = `
import os
if os.path.exists(os.path.dirname(__file__) + '/broken'):
    os._exit(3)
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'mended']
`;

test('a clock that is set back by an hour does not keep a group down for an hour', async (t) => {
  const [python] = pythonsForVenvs(1).pythons;
  if (!python) return t.skip(pythonsForVenvs(1).reason);
  const folder = makeReadableFolder('clock-');
  const clock = fakeClock(folder);
  if (!clock) {
    rmSync(folder, { recursive: true });
    return t.skip(whyNoFakeClock);
  }
  const more = (site: string) =>
    `WSGIImportScript "${join(site, 'dies.wsgi')}" process-group=site application-group=%{GLOBAL}`;
  const files = { 'dies.wsgi': dies, broken: '' };
  const { env } = clock;
  await withSite(
    python,
    { mounts: { '/': 'dies.wsgi' }, files, more, env },
    async (server, site) => {
      const delayed = isEvent('daemon-restart-delayed');
      await server.until((line) => delayed(line) && line['failures'] === 3, 'waits');
      clock.set(-3600);
      rmSync(join(site, 'broken'));
      await server.until(isEvent('daemon-ready'), 'starts the daemon again');
      assert.equal((await ask(server.port, '/')).text, 'mended', server.output());
    },
  );
  rmSync(folder, { recursive: true });
});
