import assert from 'node:assert/strict';
import { mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../support/http.js';
import type { LogLine } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

testWithPythons(
  'an exception of any class is a 500 with its traceback in the log, and harms nothing',
  1,
  async ([python]) => {
    await withSite(python!, { mounts: { '/': 'raises-what-is-asked' } }, async (server) => {
      const before = (await ask(server.port, '/')).text;
      const classes = ['ValueError', 'SystemExit', 'KeyboardInterrupt', 'GeneratorExit'];
      for (const name of [...classes, 'BrokenPipeError', 'StopIteration', 'MemoryError']) {
        const answer = await ask(server.port, `/?${name}`);
        assert.equal(answer.status, 500, name);
        assert.ok(!answer.text.includes('Traceback'), 'the client sees no traceback');
        await server.until(
          (line) =>
            line.type === 'application-output' && (line.msg ?? '').includes(`${name}: as asked`),
          `logs the traceback of ${name}`,
        );
      }
      assert.equal((await ask(server.port, '/')).text, before, 'the same process goes on');
    });
  },
);

testWithPythons(
  'a response that breaks off is cut visibly, with and without Content-Length',
  1,
  async ([python]) => {
    await withSite(python!, { mounts: { '/': 'breaks-off' } }, async (server) => {
      for (const query of ['', '?sized']) {
        const answer = await ask(server.port, `/${query}`);
        assert.equal(answer.status, 200);
        assert.ok(answer.cut, `${query}: ${answer.text}`);
        assert.ok('the first block\n'.startsWith(answer.text));
      }
      await server.until((line) => line.type === 'response-cut', 'tells that responses were cut');
    });
  },
);

testWithPythons(
  'a script that cannot be imported is a 500, and works as soon as it is put right',
  1,
  async ([python]) => {
    const broken = 'import no_such_module\n';
    const site = { mounts: { '/': 'app.wsgi' }, files: { 'app.wsgi': broken } };
    await withSite(python!, site, async (server, folder) => {
      assert.equal((await ask(server.port, '/')).status, 500);
      await server.until(
        (line) => (line.msg ?? '').includes("No module named 'no_such_module'"),
        'logs the traceback',
      );
      rewrite(join(folder, 'app.wsgi'), answering('mended'));
      assert.equal((await ask(server.port, '/')).text, 'mended');
    });
  },
);

testWithPythons(
  'a module of the project that is not on the path gets the line to write, and never a pip install',
  1,
  async ([python]) => {
    const site = {
      mounts: { '/own': 'own.wsgi', '/nowhere': 'nowhere.wsgi', '/known': 'known.wsgi' },
      files: {
        'own.wsgi': 'import mysite.settings\n',
        'nowhere.wsgi': 'import mysitee\n',
        'known.wsgi': 'import yaml\n',
      },
    };
    await withSite(python!, site, async (server, folder) => {
      mkdirSync(join(folder, 'project/mysite'), { recursive: true });
      for (const name of ['__init__.py', 'settings.py'])
        writeFileSync(join(folder, 'project/mysite', name), '');
      const told = async (url: string) => {
        assert.equal((await ask(server.port, url)).status, 500);
        const isTold = ({ type, msg = '' }: LogLine) =>
          type === 'runtime-message' && msg.includes(`${url.slice(1)}.wsgi" could not be imported`);
        return String((await server.until(isTold, 'says what is missing')).msg);
      };
      assert.match(
        await told('/own'),
        new RegExp(`hint: it is .*/mysite.*: write python-path=${folder}/project at its`),
      );
      const nowhere = await told('/nowhere');
      assert.match(nowhere, /hint: there is no module mysitee: neither/);
      assert.doesNotMatch(nowhere, /pip/);
      assert.match(await told('/known'), /hint: install what has it: .* -m pip install PyYAML/);
    });
  },
);

testWithPythons(
  'a script that changes is reloaded in a new process and no request is lost',
  1,
  async ([python]) => {
    const files = { 'app.wsgi': answering('0') };
    const group = 'processes=2 threads=5';
    await withSite(
      python!,
      { mounts: { '/': 'app.wsgi' }, files, group },
      async (server, folder) => {
        assert.equal((await ask(server.port, '/')).text, '0');
        let running = true;
        const clients = Array.from({ length: 10 }, async () => {
          const answers: { status: number; text: string }[] = [];
          while (running) answers.push(await ask(server.port, '/'));
          return answers;
        });
        for (const version of ['1', '2', '3']) {
          rewrite(join(folder, 'app.wsgi'), answering(version), Number(version));
          while ((await ask(server.port, '/')).text !== version);
        }
        running = false;
        const answers = (await Promise.all(clients)).flat();
        assert.deepEqual(
          answers.filter(({ status }) => status !== 200),
          [],
        );
        assert.ok(answers.length > 10);
      },
    );
  },
);

testWithPythons(
  'who changes a script and asks gets the new code, while others are served with the old',
  1,
  async ([python]) => {
    const site = { mounts: { '/': 'app.wsgi' }, files: { 'app.wsgi': answering('old') } };
    await withSite(python!, site, async (server, folder) => {
      const text = async () => (await ask(server.port, '/')).text;
      assert.equal(await text(), 'old');
      const gate = join(folder, 'gate');
      const slow = `import os, time\nwhile not os.path.exists(${JSON.stringify(gate)}): time.sleep(0.01)\n`;
      rewrite(join(folder, 'app.wsgi'), slow + answering('new'), 1);
      const waiting = text();
      await server.until(({ type }) => type === 'daemon-restarting', 'sees the change');
      for (let count = 0; count < 5; count++) assert.equal(await text(), 'old');
      writeFileSync(gate, '');
      assert.equal(await waiting, 'new');
      for (let count = 0; count < 5; count++) assert.equal(await text(), 'new');

      rewrite(join(folder, 'app.wsgi'), 'import no_such_module\n', 2);
      assert.equal(await text(), 'new', 'a broken edit takes nothing down');
      rewrite(join(folder, 'app.wsgi'), answering('mended'), 3);
      assert.equal(await text(), 'mended');
    });
  },
);

testWithPythons('wsgiref.validate finds nothing', 1, async ([python]) => {
  await withSite(python!, { mounts: { '/': 'obeys-the-validator' } }, async (server) => {
    for (const method of ['GET', 'HEAD', 'DELETE'])
      assert.equal((await ask(server.port, '/a?b=c', { method })).status, 200, server.output());
    const posted = await ask(server.port, '/', { method: 'POST', body: 'some words' });
    assert.equal(posted.text, 'valid some words', server.output());
  });
});

function answering(text: string): string {
  return `def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'${text}']
`;
}

/**
 * Puts a script in the place of another, at once, with a modification time of its own, whatever the resolution of
 * the file system is.
 */
function rewrite(path: string, text: string, step = 1): void {
  const time = Date.now() / 1000 + step;
  writeFileSync(`${path}~`, text);
  utimesSync(`${path}~`, time, time);
  renameSync(`${path}~`, path);
}
