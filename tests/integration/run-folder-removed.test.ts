import assert from 'node:assert/strict';
import { chmodSync, chownSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/http.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, type Server } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';
import { daemonUser } from '../support/users.js';

const more = (folder: string) => `WSGISocketPrefix "${folder}/s"`;
const mounts = { '/': 'tells-its-process' };

testWithPythons(
  'when the run folder is removed connected gateways go on, and the next one gets a process with new files',
  1,
  async ([python]) => {
    await withSite(python!, { mounts, more }, async (server, folder) => {
      const first = await pidOf(server);
      rmSync(runFolder(folder), { recursive: true });
      assert.equal(await pidOf(server), first, 'the connection is there');
      await killGateway(server);
      const second = await pidOf(server);
      assert.notEqual(second, first);
      const restarting = await server.until(isEvent('daemon-restarting'), 'tells why');
      assert.match(
        restarting.msg ?? '',
        /: gateways cannot connect to it, or cannot find its files/,
      );
      const removed = server.log.find(isEvent('socket-folder-removed'));
      assert.match(removed?.msg ?? '', /was removed or changed while the server runs/);
      // And one that ends has a successor.
      process.kill(second, 'SIGKILL');
      assert.notEqual(await pidOf(server), second);
    });
  },
);

testWithPythons(
  'when only the socket of a process is removed it is replaced for the gateway that needs it',
  1,
  async ([python]) => {
    await withSite(python!, { mounts, more }, async (server, folder) => {
      const first = await pidOf(server);
      const run = runFolder(folder);
      for (const name of readdirSync(run).filter((one) => one.endsWith('.sock')))
        rmSync(join(run, name));
      await killGateway(server);
      assert.notEqual(await pidOf(server), first);
      assert.equal(runFolder(folder), run, 'the folder is as it was');
    });
  },
);

testWithPythons(
  'when the run folder is removed, a new application group gets its connection too',
  1,
  async ([python]) => {
    const two = { '/one': 'tells-its-process', '/two': 'tells-its-process' };
    const groups = (folder: string) => `${more(folder)}
<Location /two>
    WSGIApplicationGroup second
</Location>`;
    await withSite(python!, { mounts: two, more: groups }, async (server, folder) => {
      const first = await pidOf(server, '/one');
      rmSync(runFolder(folder), { recursive: true });
      assert.notEqual(await pidOf(server, '/two'), first);
    });
  },
);

testWithPythons(
  'a server that is not of root makes its folder elsewhere when the session goes in which it was started',
  1,
  async ([python]) => {
    const user = daemonUser();
    const session = makeReadableFolder('session-');
    if (user) chownSync(session, user.uid, user.gid);
    const other = makeReadableFolder('tmp-');
    chmodSync(other, 0o1777);
    const ids = user ? ['--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups'] : [];
    const program = join(await reachableRepository(), 'bin/venvhost.js');
    const node: [string, ...string[]] = [process.execPath, program];
    const command: typeof node = user ? ['setpriv', ...ids, ...node] : node;
    const env = { XDG_RUNTIME_DIR: session, TMPDIR: other };
    await withSite(python!, { mounts, command, env }, async (server) => {
      const first = await pidOf(server);
      assert.equal(readdirSync(session).length, 1);
      rmSync(session, { recursive: true });
      assert.equal(await pidOf(server), first);
      await killGateway(server);
      assert.notEqual(await pidOf(server), first);
      assert.match(readdirSync(other).join(), /^venvhost\.\d+\.[0-9a-f]{8}$/);
    });
    assert.deepEqual(readdirSync(other), []);
    rmSync(other, { recursive: true });
  },
);

async function pidOf(server: Server, path = '/'): Promise<number> {
  const { status, text } = await ask(server.port, path);
  assert.equal(status, 200, server.output());
  return Number(text);
}

function runFolder(folder: string): string {
  const [name] = readdirSync(folder).filter((one) => /^s\.\d+\./.test(one));
  assert.ok(name);
  return join(folder, name);
}

/** Its successor has no connection to anybody. */
async function killGateway(server: Server): Promise<void> {
  const up = isEvent('gateway-up');
  const before = server.log.find(up)?.['pid'] as number;
  process.kill(before, 'SIGKILL');
  await server.until((line) => up(line) && line['pid'] !== before, 'has another gateway');
}
