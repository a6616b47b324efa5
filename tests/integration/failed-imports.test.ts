import assert from 'node:assert/strict';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../support/http.js';
import { isEvent, type Server } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

/** Answers with its text and its process. */
const tells = (text: string) => `import os
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [('${text} %d' % os.getpid()).encode()]
`;
const asFolder = (folder: string) => `WSGIScriptAlias /all/ "${folder}/"`;

testWithPythons(
  'a broken edit leaves the old code in the same processes, and the first request after the mending gets the new, 8 of 8 times',
  1,
  async ([python]) => {
    const files = { 'app.wsgi': tells('old') };
    const site = { mounts: { '/': 'app.wsgi' }, files, group: 'processes=2 threads=5' };
    await withSite(python!, site, async (server, folder) => {
      const edit = editor(join(folder, 'app.wsgi'));
      for (const seen = new Set<string>(); seen.size < 2; )
        for (const [, pid] of await Promise.all([told(server, '/'), told(server, '/')]))
          seen.add(pid!);
      let now = 'old';
      for (let round = 1; round <= 8; round++) {
        const ready = () => server.log.filter(isEvent('daemon-ready'));
        await server.until(() => ready().length === 2 * round, 'has two processes with this code');
        const pids = new Set(
          ready()
            .slice(-2)
            .map(({ pid }) => String(pid)),
        );
        edit(`no_such_name_${round}\n`);
        for (let count = 0; count < 10; count++) {
          const [text, pid] = await told(server, '/');
          assert.equal(text, now);
          assert.ok(pids.has(pid!), 'of the same processes');
        }
        now = `mended-${round}`;
        edit(tells(now));
        assert.equal((await told(server, '/'))[0], now);
      }
      const tracebacks = server.log.filter(
        ({ type, msg }) => type === 'application-output' && msg?.includes('NameError'),
      );
      assert.equal(tracebacks.length, 8, 'once for each change');
      const kept = server.log.filter(isEvent('daemon-kept'));
      assert.equal(kept.length, 8, server.output());
      assert.match(
        String(kept[0]?.msg),
        /app\.wsgi" could not be imported: daemon \d+ of .* serves on with the old code \(name 'no_such_name_1' is not defined\)\nhint: /,
      );
      assert.ok(!server.log.some(isEvent('daemon-restart-delayed')));
      assert.ok(!server.log.some(isEvent('group-broken')));
    });
  },
);

testWithPythons(
  'a broken module of the project is a broken edit too, and so is its mending',
  1,
  async ([python]) => {
    const files = { 'app.wsgi': tells('old'), 'project.py': '' };
    const more = () => '';
    const group = 'threads=5';
    await withSite(
      python!,
      { mounts: { '/': 'app.wsgi' }, files, group, more },
      async (server, folder) => {
        const [editApp, editProject] = ['app.wsgi', 'project.py'].map((name) =>
          editor(join(folder, name)),
        ) as [Editor, Editor];
        assert.equal((await told(server, '/'))[0], 'old');
        editProject('def broken(:\n');
        const imports = `import sys\nsys.path.insert(0, ${JSON.stringify(folder)})\nimport project\n`;
        editApp(imports + tells('new'));
        for (let count = 0; count < 3; count++) assert.equal((await told(server, '/'))[0], 'old');
        editProject('from missing_part import name\n');
        assert.equal((await told(server, '/'))[0], 'old');
        writeFileSync(join(folder, 'missing_part.py'), 'name = 1\n');
        assert.equal((await told(server, '/'))[0], 'new');
      },
    );
  },
);

testWithPythons(
  'who asks for broken and foreign files of a folder leaves the script beside them alone',
  1,
  async ([python]) => {
    const files = {
      'good.wsgi': tells('good'),
      'broken.wsgi': 'no_such_name\n',
      'deadly.wsgi': 'import os\nos._exit(3)\n',
      'notes.txt': 'import os\nos._exit(3)\n',
    };
    await withSite(python!, { mounts: {}, files, more: asFolder }, async (server) => {
      assert.equal((await ask(server.port, '/all/deadly.wsgi')).status, 502, 'once');
      const [, pid] = await told(server, '/all/good.wsgi');
      const took: number[] = [];
      for (let count = 0; count < 30; count++) {
        const bad = ['broken.wsgi', 'deadly.wsgi', 'notes.txt'].map((name) =>
          ask(server.port, `/all/${name}`),
        );
        const asked = performance.now();
        assert.deepEqual(await told(server, '/all/good.wsgi'), ['good', pid]);
        took.push(performance.now() - asked);
        assert.deepEqual(
          (await Promise.all(bad)).map(({ status }) => status),
          [500, 500, 404],
        );
        await pause(100);
      }
      took.sort((a, b) => a - b);
      assert.ok(took[15]! < 100, `${took.map(Math.round)}`);
      const started = server.log.filter(isEvent('daemon-starting')).length;
      assert.ok(started < 12, `${started} processes in 3 s`);
    });
  },
);

testWithPythons(
  'hundreds of broken scripts make neither a process nor an import each',
  1,
  async ([python]) => {
    const names = Array.from({ length: 200 }, (_, index) => `broken${index}.wsgi`);
    const broken = Object.fromEntries(
      names.map((name) => [name, `print("tries ${name}")\nno_such_name\n`]),
    );
    const files = { 'good.wsgi': tells('good'), ...broken };
    await withSite(python!, { mounts: {}, files, more: asFolder }, async (server) => {
      const before = await told(server, '/all/good.wsgi');
      for (const round of [1, 2]) {
        for (const name of names)
          assert.equal((await ask(server.port, `/all/${name}`)).status, 500, `round ${round}`);
        assert.deepEqual(await told(server, '/all/good.wsgi'), before);
      }
      const started = server.log.filter(isEvent('daemon-starting')).length;
      assert.ok(started < 20, `${started} processes for ${names.length} scripts`);
      const tries = server.log.filter(({ msg }) => msg?.startsWith('tries ')).length;
      assert.ok(tries < 230, `${tries} imports`);
    });
  },
);

testWithPythons(
  'a change takes effect while another script of the group is broken, which is served on',
  1,
  async ([python]) => {
    const files = { 'a.wsgi': tells('a'), 'b.wsgi': tells('b') };
    const mounts = { '/a': 'a.wsgi', '/b': 'b.wsgi' };
    await withSite(python!, { mounts, files }, async (server, folder) => {
      const [a, b] = ['a.wsgi', 'b.wsgi'].map((name) => editor(join(folder, name))) as [
        Editor,
        Editor,
      ];
      assert.deepEqual([(await told(server, '/a'))[0], (await told(server, '/b'))[0]], ['a', 'b']);
      a('no_such_name\n');
      assert.equal((await told(server, '/a'))[0], 'a');
      b(tells('b2'));
      for (let count = 0; count < 3; count++) {
        assert.equal((await told(server, '/b'))[0], 'b2');
        assert.equal((await told(server, '/a'))[0], 'a');
      }
      a(tells('a2'));
      const [text, pid] = await told(server, '/a');
      assert.equal(text, 'a2');
      assert.deepEqual(await told(server, '/b'), ['b2', pid]);
    });
  },
);

testWithPythons(
  'an edit that ends the process, or never ends, leaves the old code too',
  1,
  async ([python]) => {
    const site = {
      ...{ mounts: { '/': 'app.wsgi' }, files: { 'app.wsgi': tells('old') } },
      group: 'threads=5 startup-timeout=1',
    };
    await withSite(python!, site, async (server, folder) => {
      const edit = editor(join(folder, 'app.wsgi'));
      const before = await told(server, '/');
      edit('import os\nos.abort()\n');
      assert.deepEqual(await told(server, '/'), before);
      edit('import time\ntime.sleep(60)\n');
      assert.deepEqual(await told(server, '/'), before);
      edit(tells('new'));
      assert.equal((await told(server, '/'))[0], 'new');
    });
  },
);

type Editor = (source: string) => void;

/** Each edit has a time of its own, whatever the resolution of the file system is. */
function editor(path: string): Editor {
  let step = 1;
  return (source) => {
    writeFileSync(path, source);
    utimesSync(path, step, step++);
  };
}

async function told(server: Server, path: string): Promise<string[]> {
  const answer = await ask(server.port, path);
  assert.equal(answer.status, 200, `${path}\n${server.output()}`);
  return answer.text.split(' ');
}
