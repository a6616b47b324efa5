import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/http.js';
import type { Python } from '../support/pythons.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, isRunning, type Server, startVenvhost } from '../support/server.js';
import { testWithPythons } from '../support/skipping.js';
import { makeVenv } from '../support/venvs.js';

interface Facts {
  readonly prefix: string;
  readonly executable: string;
  readonly path: string[];
  readonly argv: string[];
  readonly pid: number;
  readonly group: string;
  readonly seen: number;
}

/** Tells where it runs, and counts its requests in a module of the standard library. */
const tells = `
import json, os, sys, textwrap

def application(environ, start_response):
    textwrap.seen = getattr(textwrap, 'seen', 0) + 1
    start_response('200 OK', [('Content-Type', 'application/json')])
    return [json.dumps(dict(
        prefix=sys.prefix, executable=sys.executable, path=sys.path, argv=sys.argv, pid=os.getpid(),
        group=environ['mod_wsgi.application_group'], seen=textwrap.seen)).encode()]
`;

interface Embedded {
  readonly scripts: Readonly<Record<string, string>>;
  /** More lines of the configuration, given the site's own folder. */
  readonly more?: (folder: string) => string;
  readonly home?: string;
}

/** Each script `x.wsgi` is mounted at `/x`, in the main interpreter unless \`more\` says otherwise. */
async function withEmbedded(
  { scripts, more = () => '', home }: Embedded,
  body: (server: Server, folder: string) => Promise<void>,
): Promise<void> {
  const folder = makeReadableFolder('embedded-');
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(folder, name), text);
  const mounts = Object.keys(scripts).map(
    (name) => `WSGIScriptAlias /${name.slice(0, -5)} "${join(folder, name)}"`,
  );
  const configuration = join(folder, 'site.conf');
  writeFileSync(
    configuration,
    `Listen 127.0.0.1:0
ServerName localhost
${home === undefined ? '' : `WSGIPythonHome "${home}"`}
${more(folder)}
${mounts.join('\n')}
<Directory "${folder}">
    Require all granted
</Directory>
`,
  );
  // The first python3 of PATH is to be one that the user of the gateways can start.
  const env = { ...process.env, PATH: `/usr/bin:/bin:${process.env['PATH']}` };
  const server = await startVenvhost(['run', '-f', configuration], { env });
  try {
    await body(server, folder);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const inMain = () => 'WSGIApplicationGroup %{GLOBAL}';

async function facts(server: Server, path: string): Promise<Facts> {
  const answer = await ask(server.port, path);
  assert.equal(answer.status, 200, server.output());
  return JSON.parse(answer.text) as Facts;
}

function gatewayPid(server: Server): number {
  return server.log.filter(isEvent('gateway-up')).at(-1)?.['pid'] as number;
}

function testEmbedded(name: string, body: (python: Python, home: string) => Promise<void>): void {
  testWithPythons(name, 1, async ([python]) => body(python!, await makeVenv(python!)));
}

testEmbedded('an application without a process group runs in the gateway process', async () => {
  await withEmbedded({ scripts: { 'a.wsgi': tells }, more: inMain }, async (server) => {
    const found = await facts(server, '/a');
    assert.equal(found.pid, gatewayPid(server));
    assert.deepEqual(found.argv, ['mod_wsgi']);
    assert.equal(found.group, '');
  });
});

testEmbedded('WSGIPythonHome and WSGIPythonPath make its environment', async (_python, home) => {
  const scripts = { 'a.wsgi': tells };
  const more = (folder: string) => {
    mkdirSync(join(folder, 'lib'), { mode: 0o755 });
    return `WSGIPythonPath "${join(folder, 'lib')}"\n${inMain()}`;
  };
  await withEmbedded({ scripts, more, home }, async (server, folder) => {
    const found = await facts(server, '/a');
    assert.equal(found.prefix, home);
    assert.equal(found.executable, join(home, 'bin/python'));
    assert.equal(found.path[0], join(folder, 'lib'));
    assert.ok(
      found.path.some((entry) => entry.startsWith(`${home}/lib/`)),
      `${found.path}`,
    );
  });
});

testEmbedded(
  'when the run folder is removed, a new interpreter gets its connection all the same',
  async () => {
    const scripts = { 'a.wsgi': tells, 'b.wsgi': tells };
    const more = (folder: string) => `WSGISocketPrefix "${join(folder, 's')}"`;
    await withEmbedded({ scripts, more }, async (server, folder) => {
      const { pid } = await facts(server, '/a');
      const name = readdirSync(folder).find((one) => /^s\.\d+\./.test(one));
      assert.ok(name);
      rmSync(join(folder, name), { recursive: true });
      assert.equal((await facts(server, '/b')).pid, pid);
      assert.equal(server.log.filter(isEvent('gateway-up')).length, 1);
    });
  },
);

testEmbedded('two applications have an interpreter each, in one process', async (_python, home) => {
  await withEmbedded({ scripts: { 'a.wsgi': tells, 'b.wsgi': tells }, home }, async (server) => {
    const [a, b] = [await facts(server, '/a'), await facts(server, '/b')];
    assert.deepEqual(
      [a.group, b.group],
      ['a', 'b'].map((name) => `localhost:${server.port}|/${name}`),
    );
    assert.deepEqual([a.pid, a.seen, a.prefix], [b.pid, b.seen, b.prefix]);
    assert.equal((await facts(server, '/a')).seen, 2);
  });
});

testEmbedded('a script that has changed is executed again, and nothing else', async () => {
  const first = `import textwrap\n${tells}\ntextwrap.loads = getattr(textwrap, 'loads', 0) + 1\n`;
  const second = `import textwrap
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'second, after %d' % textwrap.loads]
`;
  await withEmbedded({ scripts: { 'a.wsgi': first }, more: inMain }, async (server, folder) => {
    await facts(server, '/a');
    const pid = gatewayPid(server);
    writeFileSync(join(folder, 'a.wsgi'), second);
    assert.equal((await ask(server.port, '/a')).text, 'second, after 1');
    assert.equal(gatewayPid(server), pid);
    await server.until(({ msg }) => msg?.startsWith('reloading script') ?? false, 'reloads');
  });
});

testEmbedded('a broken edit leaves the old code in the same process', async () => {
  await withEmbedded({ scripts: { 'a.wsgi': tells }, more: inMain }, async (server, folder) => {
    const { pid } = await facts(server, '/a');
    writeFileSync(join(folder, 'a.wsgi'), 'raise RuntimeError("broken")\n');
    for (let count = 0; count < 5; count++) assert.equal((await facts(server, '/a')).pid, pid);
    const told = server.log.filter(({ msg }) => msg?.includes('RuntimeError: broken'));
    assert.equal(told.length, 1, 'once');
    const mended = "def application(environ, start_response):\n    start_response('200 OK', [])\n";
    writeFileSync(join(folder, 'a.wsgi'), `${mended}    return [b'mended']\n`);
    assert.equal((await ask(server.port, '/a')).text, 'mended');
  });
});

testEmbedded('a script whose import failed is tried again when it has changed', async () => {
  const broken = 'raise RuntimeError("not yet")\n';
  await withEmbedded({ scripts: { 'a.wsgi': broken }, more: inMain }, async (server, folder) => {
    assert.equal((await ask(server.port, '/a')).status, 500);
    assert.equal((await ask(server.port, '/a')).status, 500);
    writeFileSync(join(folder, 'a.wsgi'), tells);
    await facts(server, '/a');
  });
});

testEmbedded('a script without the callable object is not found', async () => {
  await withEmbedded({ scripts: { 'a.wsgi': 'other = 1\n' }, more: inMain }, async (server) => {
    assert.equal((await ask(server.port, '/a')).status, 404);
  });
});

testEmbedded('a slow application delays neither files nor other applications', async () => {
  const slow = `
import threading
released = threading.Event()
def application(environ, start_response):
    start_response('200 OK', [])
    if environ['QUERY_STRING'] == 'release':
        released.set()
    else:
        released.wait(20)
    return [b'done']
`;
  const scripts = { 'slow.wsgi': slow, 'a.wsgi': tells };
  const more = (folder: string) => {
    writeFileSync(join(folder, 'robots.txt'), 'none\n');
    return `Alias /robots.txt "${join(folder, 'robots.txt')}"\n${inMain()}`;
  };
  await withEmbedded({ scripts, more }, async (server) => {
    let done = false;
    const waiting = ask(server.port, '/slow').then((answer) => {
      done = true;
      return answer;
    });
    assert.equal((await ask(server.port, '/robots.txt')).text, 'none\n');
    await facts(server, '/a');
    assert.equal(done, false);
    await ask(server.port, '/slow?release');
    assert.equal((await waiting).text, 'done');
  });
});

testEmbedded(
  'a crash takes one gateway, which is started again, and no daemon',
  async (_p, home) => {
    const scripts = { 'a.wsgi': tells, 'd.wsgi': tells, 'crash.wsgi': 'import os\nos.abort()\n' };
    const more = () =>
      `${inMain()}\nWSGIDaemonProcess d python-home="${home}"\n<Location /d>\nWSGIProcessGroup d\n</Location>`;
    await withEmbedded({ scripts, more, home }, async (server) => {
      const before = [await facts(server, '/a'), await facts(server, '/d')];
      await assert.rejects(ask(server.port, '/crash'), /no response/);
      const died = await server.until(isEvent('gateway-died'), 'tells of the crash');
      assert.equal(died['signal'], 'SIGABRT');
      assert.match(died.msg ?? '', /crash\.wsgi/, 'with the stack of Python');
      await server.until(
        (line) => isEvent('gateway-up')(line) && line['pid'] !== before[0]?.pid,
        'starts another gateway',
      );
      const after = [await facts(server, '/a'), await facts(server, '/d')];
      assert.notEqual(after[0]?.pid, before[0]?.pid);
      assert.equal(after[1]?.pid, before[1]?.pid);
    });
  },
);

testEmbedded(
  'stopping lets requests finish and runs exit functions in each interpreter',
  async () => {
    const leaves = (name: string) => `
import atexit, os, sys, time
atexit.register(lambda: sys.stderr.write('bye from ${name}\\n'))
def application(environ, start_response):
    sys.stderr.write('begun\\n')
    time.sleep(0.3)
    start_response('200 OK', [])
    return [b'done']
`;
    let server: Server | undefined;
    let answer: ReturnType<typeof ask> | undefined;
    const scripts = { 'main.wsgi': leaves('main'), 'sub.wsgi': leaves('sub') };
    const more = () => '<Location /main>\nWSGIApplicationGroup %{GLOBAL}\n</Location>';
    await withEmbedded({ scripts, more }, async (running) => {
      server = running;
      await ask(running.port, '/sub');
      answer = ask(running.port, '/main');
      await running.until(
        ({ msg }) => msg?.includes('loading script') === true && msg.includes('main'),
        'loads',
      );
    });
    assert.equal((await answer)?.text, 'done');
    assert.match(server?.output() ?? '', /bye from main/);
    assert.match(server?.output() ?? '', /bye from sub/);
  },
);

testEmbedded(
  'a child of the application has its standard streams, and no port of the server',
  async () => {
    const forks = `
import subprocess
def application(environ, start_response):
    listing = subprocess.run(['/bin/ls', '/proc/self/fd'], stdout=subprocess.PIPE, close_fds=False)
    start_response('200 OK', [])
    return [listing.stdout]
`;
    await withEmbedded({ scripts: { 'a.wsgi': forks }, more: inMain }, async (server) => {
      // 3 is the folder that is listed.
      assert.equal((await ask(server.port, '/a')).text, '0\n1\n2\n3\n');
    });
  },
);

testEmbedded('texts made for patterns of the configuration do not stop a gateway', async () => {
  const patterns = `SetEnvIf Cookie "(.*;)*\\s*sid=x$" SESSION=yes
SetEnvIf X-Around "^(?!x)(\\w+\\s?)*$" AROUND=yes`;
  const more = () => `${inMain()}\n${patterns}`;
  await withEmbedded({ scripts: { 'a.wsgi': tells }, more }, async (server) => {
    const status = async (headers: Record<string, string>) =>
      (await ask(server.port, '/a', { headers })).status;
    assert.equal(await status({ Cookie: ';'.repeat(60) }), 200);
    assert.equal(await status({ 'X-Around': `${'a'.repeat(60)}!` }), 400);
    assert.equal(await status({}), 200);
  });
});

testEmbedded('a killed supervisor takes its gateways along', async () => {
  const pids: number[] = [];
  const died = withEmbedded({ scripts: { 'a.wsgi': tells }, more: inMain }, async (server) => {
    await facts(server, '/a');
    pids.push(...server.descendants());
    server.signal('SIGKILL');
    await server.ended;
  });
  await assert.rejects(died);
  assert.ok(pids.length > 0);
  for (const end = Date.now() + 5000; pids.some(isRunning) && Date.now() < end; )
    await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(pids.filter(isRunning), []);
});
