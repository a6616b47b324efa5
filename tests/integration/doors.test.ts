import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../support/http.js';
import { type Python, pythonsForVenvs } from '../support/pythons.js';
import { isEvent, type LogLine, type Server } from '../support/server.js';
import { withSite } from '../support/site.js';
import { daemonUser, findUser, type User } from '../support/users.js';
import { makeVenv } from '../support/venvs.js';

test('an application that runs as the user of the gateways gets into no other process group', async (t) => {
  const users = differentUsers();
  if (!users) return t.skip('needs root and three users');
  const { pythons, reason } = pythonsForVenvs(1);
  const [python] = pythons;
  if (!python) return t.skip(reason);
  const { usual } = users;
  await withAttack(python, users, '', async ({ doors, server }) => {
    // What a user of their own spares gateways.
    assert.deepEqual(doors, [
      'tried 2 sockets',
      `tried gateway of uid ${usual.uid} as ${usual.uid}`,
      'gateway signals',
    ]);
    const refused = (line: LogLine) =>
      isEvent('runtime-message')(line) && /did not show the secret/.test(String(line.msg));
    await server.until(refused, 'tells of the connection');
  });
});

test('an application cannot even signal gateways that have a user of their own', async (t) => {
  const users = differentUsers();
  if (!users) return t.skip('needs root and three users');
  const { pythons, reason } = pythonsForVenvs(1);
  const [python] = pythons;
  if (!python) return t.skip(reason);
  const { usual, front } = users;
  await withAttack(python, users, `GatewayUser ${front.name}`, async ({ doors }) => {
    assert.deepEqual(doors, [
      'tried 2 sockets',
      `tried gateway of uid ${front.uid} as ${usual.uid}`,
    ]);
  });
});

interface Users {
  /** Of groups that state none, and of gateways unless they have one of their own. */
  readonly usual: User;
  readonly other: User;
  readonly front: User;
}

function differentUsers(): Users | undefined {
  const usual = daemonUser();
  const [other, front] = ['nobody', 'daemon', 'bin', 'games']
    .map(findUser)
    .filter((user) => user !== undefined && user.uid !== usual?.uid);
  return usual && other && front && { usual, other, front };
}

/** What opened to an application of one process group while another one runs as another user. */
async function withAttack(
  python: Python,
  { other }: Users,
  lines: string,
  body: (found: { doors: string[]; server: Server }) => Promise<void>,
): Promise<void> {
  const venv = await makeVenv(python);
  const mounts = { '/apart': 'tells-its-process', '/': 'tries-doors-of-others' };
  const more = (folder: string) => `
${lines}
WSGISocketPrefix "${folder}/venvhost"
WSGIDaemonProcess apart user=${other.name} python-home="${venv}"
<Location /apart>
    WSGIProcessGroup apart
</Location>`;
  await withSite(python, { mounts, more }, async (server, folder) => {
    assert.equal((await ask(server.port, '/apart')).status, 200, server.output());
    const { status, text } = await ask(server.port, `/?${folder}`);
    assert.equal(status, 200, server.output());
    await body({ doors: text.split('\n'), server });
  });
}
