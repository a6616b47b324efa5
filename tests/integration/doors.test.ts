import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { isEvent } from '../support/server.js';
import { withSite } from '../support/site.js';
import { daemonUser, findUser } from '../support/users.js';
import { makeVenv } from '../support/venvs.js';

test('an application that runs as the user of the gateways gets into no other process group', async (t) => {
  const gateways = daemonUser();
  const other = ['nobody', 'daemon']
    .map(findUser)
    .find((user) => user && user.uid !== gateways?.uid);
  if (!gateways || !other) return t.skip('needs root and two users');
  const { pythons, reason } = pythonsForVenvs(1);
  const [python] = pythons;
  if (!python) return t.skip(reason);
  const venv = await makeVenv(python);
  const mounts = { '/apart': 'tells-its-process', '/': 'tries-doors-of-others' };
  const more = (folder: string) => `
WSGISocketPrefix "${folder}/venvhost"
WSGIDaemonProcess apart user=${other.name} python-home="${venv}"
<Location /apart>
    WSGIProcessGroup apart
</Location>`;
  await withSite(python, { mounts, more }, async (server, folder) => {
    assert.equal((await ask(server.port, '/apart')).status, 200, server.output());
    const { status, text } = await ask(server.port, `/?${folder}`);
    assert.equal(status, 200, server.output());
    assert.deepEqual(text.split('\n'), [
      'tried 2 sockets',
      `tried gateway of uid ${gateways.uid} as ${gateways.uid}`,
    ]);
    await server.until(
      (line) =>
        isEvent('runtime-message')(line) && /did not show the secret/.test(String(line.msg)),
      'tells of the connection',
    );
  });
});
