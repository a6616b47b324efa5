import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command.js';
import { ask } from '../support/http.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isRunning } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';
import { makeVenv } from '../support/venvs.js';

testWithPythons(
  'a server that needs more open files than it may have says both numbers and does not start',
  1,
  async ([python]) => {
    const folder = makeReadableFolder('descriptors-');
    const groups = Array.from(
      { length: 50 },
      (_, index) => `WSGIScriptAlias /${index} "${folder}/app.wsgi" process-group=site${index}
WSGIDaemonProcess site${index}`,
    );
    writeFileSync(join(folder, 'app.wsgi'), 'application = None\n');
    writeFileSync(
      join(folder, 'site.conf'),
      `Listen 127.0.0.1:0
WSGIPythonHome "${await makeVenv(python!)}"
WSGIApplicationGroup %{GLOBAL}
${groups.join('\n')}
`,
    );
    const program = join(await reachableRepository(), 'bin/venvhost.js');
    const limited = ['-c', 'ulimit -Sn 100; ulimit -Hn 200; exec "$@"', 'sh', process.execPath];
    const { status, output } = await runCommand(
      '/bin/sh',
      [...limited, program, 'run', '-f', join(folder, 'site.conf')],
      { deadline: 60_000 },
    );
    rmSync(folder, { recursive: true });
    assert.equal(status, 1, output);
    assert.match(
      output,
      /not started: the server needs 268 open files for its processes, and may have 200\n {2}hint: raise the limit/,
    );
    assert.doesNotMatch(output, /\n {4}at /);
  },
);

testWithPythons(
  'a supervisor that is out of descriptors goes on, and starts daemons again when it has some',
  1,
  async ([python], t) => {
    if (spawnSync('prlimit', ['--version']).error)
      return t.skip('there is no prlimit (util-linux) to change a limit with');
    const limits = (pid: number, soft: string) =>
      assert.equal(spawnSync('prlimit', ['--pid', String(pid), `--nofile=${soft}:`]).status, 0);
    await withSite(python!, { mounts: { '/': 'tells-its-process' } }, async (server) => {
      const pid = Number((await ask(server.port, '/')).text);
      const limit = limitsOf(server.pid)[0]!;
      limits(server.pid, '3');
      process.kill(pid, 'SIGKILL');
      await server.until(
        (line) => line.type === 'group-broken' || line.type === 'daemon-restart-delayed',
        'cannot start another one',
      );
      assert.ok(isRunning(server.pid), server.output());
      limits(server.pid, limit);
      await server.until(
        (line) => line.type === 'daemon-ready' && line['pid'] !== pid,
        'starts another one',
      );
      assert.equal((await ask(server.port, '/')).status, 200, server.output());
      assert.doesNotMatch(server.output(), /^ {4}at /m);
    });
  },
);

const tellsItsLimit = `import resource

def application(environ, start_response):
    start_response('200 OK', [])
    return [str(resource.getrlimit(resource.RLIMIT_NOFILE)[0]).encode()]
`;

testWithPythons(
  'a daemon does not get the limit of open files that Node has raised',
  1,
  async ([python], t) => {
    const [, hard] = limitsOf('self');
    if (Number(hard) <= 8192) return t.skip(`the hard limit is ${hard}`);
    const site = { mounts: { '/': 'app.wsgi' }, files: { 'app.wsgi': tellsItsLimit } };
    await withSite(python!, site, async (server) => {
      assert.equal((await ask(server.port, '/')).text, '8192', server.output());
    });
  },
);

/** Soft and hard. */
function limitsOf(pid: number | 'self'): string[] {
  const limits = readFileSync(`/proc/${pid}/limits`, 'latin1');
  return /^Max open files\s+(\d+)\s+(\d+)/m.exec(limits)!.slice(1);
}
