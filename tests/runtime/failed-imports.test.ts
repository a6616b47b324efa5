import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Control } from '../../src/protocol/control.js';
import { Failure, Frame } from '../../src/protocol/frames.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, type Gateway, startDaemon } from './daemon.js';

const answers = (text: string) => `
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'${text}']
`;

const pythons = findPythons().filter((one) => one.supported || one.version.startsWith('2.7'));

for (const python of [pythons[0], pythons.at(-2), pythons.at(-1)]) {
  if (!python) continue;
  const dialect = python.version.startsWith('2') ? 2 : 3;

  const behaviour = (
    sentence: string,
    body: (daemon: Daemon, gateway: Gateway) => Promise<void>,
    boot: Parameters<typeof startDaemon>[2] = {},
  ) =>
    test(`Python ${python.version}: ${sentence}`, { timeout: 60_000 }, async () => {
      await using daemon = await startDaemon(python.executable, dialect, boot);
      await body(daemon, await daemon.connect());
    });

  const failsOnce = async (daemon: Daemon, gateway: Gateway, source: string) => {
    const file = daemon.script('broken.wsgi', source);
    for (const stream of [1, 2]) {
      gateway.request(stream, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(stream)).failure, Failure.Import);
    }

    return { file };
  };

  /** The next request is not answered here, because another process has to try. */
  const isTriedElsewhere = async (daemon: Daemon, gateway: Gateway, file: string) => {
    gateway.request(3, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(3)).end, 'refused');
    await daemon.until('another process is asked for', () => asked(daemon).length > 0);
    assert.equal(asked(daemon)[0]?.['why'], 'changed');
  };

  behaviour('a broken script is tried elsewhere when it has changed', async (daemon, gateway) => {
    const { file } = await failsOnce(daemon, gateway, 'no_such_name\n');
    fs.writeFileSync(file, answers('mended'));
    fs.utimesSync(file, 1, 1);
    await isTriedElsewhere(daemon, gateway, file);
    gateway.request(4, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(4)).failure, Failure.Import, 'others do not wait');
  });

  behaviour('or when a module that it imports has', async (daemon, gateway) => {
    const module = daemon.script('project_part.py', 'this is no Python\n');
    fs.utimesSync(module, 1, 1);
    const { file } = await failsOnce(
      daemon,
      gateway,
      `import sys\nsys.path.insert(0, ${JSON.stringify(daemon.folder)})\nimport project_part\n`,
    );
    assert.equal(asked(daemon).length, 0);
    fs.writeFileSync(module, '');
    await isTriedElsewhere(daemon, gateway, file);
  });

  behaviour('or one that lacks the name that is wanted', async (daemon, gateway) => {
    const module = daemon.script('project_part.py', '');
    fs.utimesSync(module, 1, 1);
    const { file } = await failsOnce(
      daemon,
      gateway,
      `import sys\nsys.path.insert(0, ${JSON.stringify(daemon.folder)})\nfrom project_part import wanted\n`,
    );
    fs.writeFileSync(module, 'wanted = 1\n');
    await isTriedElsewhere(daemon, gateway, file);
  });

  behaviour('or when a module is there that was missing', async (daemon, gateway) => {
    const { file } = await failsOnce(
      daemon,
      gateway,
      `import sys\nsys.path.insert(0, ${JSON.stringify(daemon.folder)})\nimport project_missing\n`,
    );
    daemon.script('project_missing.py', '');
    await isTriedElsewhere(daemon, gateway, file);
  });

  behaviour('the old code serves on when the new cannot be imported', async (daemon, gateway) => {
    const file = daemon.script('app.wsgi', answers('old'));
    gateway.request(1, { SCRIPT_FILENAME: file });
    await gateway.answer(1);
    fs.utimesSync(file, 1, 1);
    await isTriedElsewhere(daemon, gateway, file);
    daemon.tell(Control.Tried, {
      ...{ script: file, application_group: '', kind: 'NameError', reason: 'no x' },
      ...{ files: `1000000 ${file}\n`, seconds: 60 },
    });
    await gateway.until('Current', () =>
      gateway.received.some(({ kind }) => kind === Frame.Current),
    );
    gateway.request(4, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(4)).body.toString(), 'old');
    fs.utimesSync(file, 2, 2);
    gateway.request(5, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(5)).end, 'refused', 'the next change');
  });

  behaviour('where only time has passed nobody waits', async (daemon, gateway) => {
    const file = daemon.script('app.wsgi', answers('old'));
    gateway.request(1, { SCRIPT_FILENAME: file });
    await gateway.answer(1);
    fs.utimesSync(file, 1, 1);
    daemon.tell(Control.Tried, {
      ...{ script: file, application_group: '', kind: 'NameError', reason: 'no x' },
      ...{ files: `1000000 ${file}\n`, seconds: 0 },
    });
    for (let stream = 2; asked(daemon).length === 0; stream++) {
      gateway.request(stream, { SCRIPT_FILENAME: file });
      const { end, body } = await gateway.answer(stream);
      // The first may come before what is told.
      if (end !== 'refused') assert.equal(body.toString(), 'old');
    }
    assert.ok(['changed', 'due'].includes(String(asked(daemon)[0]?.['why'])));
  });

  behaviour(
    'what fails after another failure is tried where nothing has failed',
    async (daemon, gateway) => {
      await failsOnce(daemon, gateway, 'import sys\nsys.modules["half"] = sys\nno_such_name\n');
      const victim = daemon.script('victim.wsgi', `import half\nhalf.whole\n${answers('x')}`);
      gateway.request(3, { SCRIPT_FILENAME: victim });
      assert.equal((await gateway.answer(3)).end, 'refused');
      await daemon.until('another process is asked for', () => asked(daemon).length > 0);
      assert.equal(asked(daemon)[0]?.['why'], 'due');
    },
  );

  test(`Python ${python.version}: a process on trial that cannot import a script says so and ends`, async () => {
    const folder = fs.mkdtempSync('/tmp/venvhost-runtime-test-');
    const script = `${folder}/broken.wsgi`;
    fs.writeFileSync(
      script,
      'import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\nno_such_name\n',
    );
    const trial = { script, application_group: '', invented: false };
    try {
      await using daemon = await startDaemon(python.executable, dialect, {
        ...{ preload: [trial], trial, scripts: {}, failed: [] },
      });
      assert.deepEqual(await daemon.exited, { code: 0, signal: null });
      const kinds = daemon.control.map(({ kind }) => kind);
      assert.deepEqual(kinds, [Control.Loading, Control.ImportFailed]);
      assert.ok(daemon.logs.some(({ text }) => text.includes('no_such_name')));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
}

function asked(daemon: Daemon): Record<string, unknown>[] {
  return daemon.control
    .filter(({ kind }) => kind === Control.Outdated)
    .map(({ value }) => value as Record<string, unknown>);
}
