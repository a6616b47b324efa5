import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, open } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, type LogLine, type Server, startVenvhost } from '../support/server.js';
import { findUser } from '../support/users.js';
import { makeVenv } from '../support/venvs.js';

const fixtures = join(await reachableRepository(), 'tests/fixtures');
/** Of the groups; the last one is that of `User`, too. */
const users = ['nobody', 'games', 'mail'];
const gatewayUser = 'daemon';
const { pythons, reason } = pythonsForVenvs(1);
const skip =
  process.getuid?.() !== 0
    ? 'needs root, to run groups as users of their own'
    : [...users, gatewayUser].some((name) => !findUser(name))
      ? `needs the users ${[...users, gatewayUser].join(', ')}`
      : (reason ?? false);

test('from a process of each hosted user, every door to others is closed', { skip }, async () => {
  const folder = makeReadableFolder('doors-');
  const sockets = join(folder, 'sockets');
  const logs = join(folder, 'logs');
  // As distributions make the folder of logs.
  mkdirSync(logs, { mode: 0o750 });
  writeFileSync(join(folder, 'doors.conf'), configure(await makeVenv(pythons[0]!), folder));
  const server = await startVenvhost(['run', '-f', join(folder, 'doors.conf')]);
  try {
    const pidOf = async (group: string) => {
      const ready = (line: LogLine) =>
        isEvent('daemon-ready')(line) && line['processGroup'] === group;
      return (await server.until(ready, `has a daemon of ${group}`))['pid'] as number;
    };
    const daemons = new Map<string, number>();
    for (const user of users) daemons.set(user, await pidOf(user));
    const all = server.descendants();
    const upload = await spool(server);
    const listed = entriesBelow(sockets);
    for (const group of users) {
      const own = daemons.get(group);
      const asked = {
        pids: [server.pid, ...all].filter((pid) => pid !== own),
        descriptors: Object.fromEntries(all.map((pid) => [pid, descriptorsOf(pid)])),
        sockets: listed.filter((path) => path.endsWith('.sock')),
        folders: [...readdirSync(sockets).map((name) => join(sockets, name)), logs],
        files: [
          ...listed.filter((path) => !path.endsWith('.sock')),
          ...readdirSync(logs).map((name) => join(logs, name)),
        ],
        kept: [sockets, join(folder, 'venvhost.pid'), join(folder, 'doors.conf')],
      };
      assert.ok(asked.pids.length >= 3 && asked.sockets.length >= 2 && asked.files.length >= 4);
      const { status, text } = await ask(server.port, `/${group}`, {
        method: 'POST',
        body: JSON.stringify(asked),
      });
      assert.equal(status, 200, server.output());
      const answer = JSON.parse(text);
      assert.equal(answer.uid, findUser(group)?.uid);
      assert.equal(answer.pid, own);
      assert.deepEqual(answer.opened, [], `what ${group} could do`);
    }
    upload.destroy();
    assert.deepEqual(portsOf([server.pid, ...all]), [server.port], 'nothing else listens');
    for (const pid of all) assert.ok(!secretIn(pid), `${pid} shows no secret`);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

function configure(venv: string, folder: string): string {
  chmodSync(folder, 0o755);
  return `
Listen 127.0.0.1:0
ServerName localhost
User ${users.at(-1)}
GatewayUser ${gatewayUser}
WSGISocketPrefix "${folder}/sockets/s"
PidFile "${folder}/venvhost.pid"
ErrorLog "${folder}/logs/error.log"
CustomLog "${folder}/logs/access.log" "%h %r"
${users
  .map(
    (user) => `
WSGIDaemonProcess ${user} python-home="${venv}" user=${user} threads=1
WSGIScriptAlias /${user} "${fixtures}/tries-every-door.wsgi" process-group=${user} application-group=%{GLOBAL}`,
  )
  .join('')}
<Directory "${fixtures}">
    Require all granted
</Directory>
`;
}

/** The ports on which one of these processes listens. */
function portsOf(pids: readonly number[]): number[] {
  const sockets = new Set(pids.flatMap(socketsOf));
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((path) =>
    readFileSync(path, 'latin1').trim().split('\n').slice(1),
  );
  return rows.flatMap((row) => {
    const [, local = '', , state, , , , , , inode = ''] = row.trim().split(/\s+/);
    const listens = state === '0A' && sockets.has(inode);
    return listens ? [Number.parseInt(local.split(':')[1] ?? '', 16)] : [];
  });
}

/** Has a gateway keep a request body in a file, since it would hold all threads, and waits until it does. */
async function spool(server: Server): Promise<Socket> {
  const upload = await open(server.port);
  upload.write(`POST /${users[0]} HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n`);
  upload.write(Buffer.alloc(3_000_000));
  const nameless = (pid: number) =>
    descriptorsOf(pid).some((fd) => /\(deleted\)$/.test(targetOf(pid, fd)));
  for (const end = performance.now() + 30_000; !server.descendants().some(nameless); ) {
    assert.ok(performance.now() < end, 'the body is kept in a file');
    await pause(20);
  }
  return upload;
}

function descriptorsOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/fd`).map(Number);
}

/** Empty where it has been closed by now. */
function targetOf(pid: number, fd: number): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return '';
  }
}

function socketsOf(pid: number): string[] {
  return descriptorsOf(pid).flatMap((fd) => {
    const target = targetOf(pid, fd);
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

/** What every user of the machine can read of a process, and its environment, which only its own user can. */
function secretIn(pid: number): boolean {
  const shown = ['cmdline', 'environ'].map((name) =>
    readFileSync(`/proc/${pid}/${name}`, 'latin1'),
  );
  return shown.some((text) => /\b[0-9a-f]{32,}\b/.test(text));
}

function entriesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\/d\d+\./.test(path));
}
