import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../support/http.js';
import { type Python, pythonsForVenvs } from '../support/pythons.js';
import { isEvent, type Server } from '../support/server.js';
import { withSite } from '../support/site.js';

/** Closes what it finds up to a number when it is imported, as code does that turns a program into a daemon. */
const closes = (below: string) => `
import os
limit = ${below}
os.closerange(3, limit)
# What is opened now must not meet anything of the server.
opened = [open('/dev/null') for _ in range(20)]
def application(environ, start_response):
    start_response('200 OK', [])
    return [('%d' % os.getpid()).encode('ascii')]
`;

const everything = "os.sysconf('SC_OPEN_MAX')";
const groups = ['%{GLOBAL}', 'other'];

for (const group of groups) {
  const more = () => `WSGIApplicationGroup ${group}`;
  const mounts = { '/': 'app.wsgi' };

  withPython(
    `an application of ${group} that closes 3 to 64 serves, reloads and stops`,
    async (python) => {
      const files = { 'app.wsgi': closes('64') };
      await withSite(python, { mounts, more, files }, async (server, folder) => {
        const first = await pidOf(server);
        assert.equal(await pidOf(server), first);
        touch(join(folder, 'app.wsgi'), closes('64'));
        const second = await pidOf(server);
        assert.notEqual(second, first);
        const died = isEvent('daemon-died');
        const end = await server.until((line) => died(line) && line['pid'] === first, 'ends it');
        assert.equal(end['expected'], true, server.output());
        assert.equal(await pidOf(server), second);
      });
    },
  );

  withPython(
    `an application of ${group} that closes everything is replaced, and the log says why`,
    async (python) => {
      const files = { 'app.wsgi': closes(everything) };
      await withSite(python, { mounts, more, files }, async (server, folder) => {
        const since = performance.now();
        assert.equal((await ask(server.port, '/')).status, 502, server.output());
        const { msg } = await server.until(isEvent('daemon-died'), 'tells the end');
        assert.match(msg ?? '', /: its application closed descriptors of the server, which it had/);
        assert.ok(performance.now() - since < 10_000);
        touch(join(folder, 'app.wsgi'), closes('3'));
        await pidOf(server);
      });
    },
  );
}

function withPython(name: string, body: (python: Python) => Promise<void>): void {
  test(name, async (t) => {
    const { pythons, reason } = pythonsForVenvs(1);
    return pythons[0] ? body(pythons[0]) : t.skip(reason);
  });
}

async function pidOf(server: Server): Promise<number> {
  const { status, text } = await ask(server.port, '/');
  assert.equal(status, 200, server.output());
  return Number(text);
}

function touch(file: string, text: string): void {
  writeFileSync(file, text);
  const later = new Date(Date.now() + 10_000);
  utimesSync(file, later, later);
}
