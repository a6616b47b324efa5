import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Boot } from '../../src/protocol/control.js';
import { Failure, Frame, protocolVersion, secretLength } from '../../src/protocol/frames.js';
import { word } from '../../src/protocol/marshal.js';
import { compareVersions } from '../../src/python/installed.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, startDaemon } from './daemon.js';

const hello = `
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'Hello World!']
`;

for (const python of findPythons()) {
  const behaviour = (
    sentence: string,
    body: (daemon: Daemon) => Promise<void>,
    boot: Partial<Omit<Boot, 'scripts'>> & { named?: (folder: string) => string[] } = {},
  ) =>
    test(`Python ${python.version}: ${sentence}`, { timeout: 60_000 }, async () => {
      const dialect = python.version.startsWith('2.') ? 2 : 3;
      const scripts = { 'hello.wsgi': hello };
      await using daemon = await startDaemon(python.executable, dialect, { scripts, ...boot });
      await body(daemon);
    });

  behaviour('who does not show the secret is closed, and the log says so once', async (daemon) => {
    for (const secret of ['', 'x'.repeat(secretLength), 'a secret of the tests '])
      assert.ok((await daemon.connect('', { secret })).closed());
    const welcomed = await daemon.connect();
    welcomed.request(1, { SCRIPT_FILENAME: path.join(daemon.folder, 'hello.wsgi') });
    assert.equal((await welcomed.answer(1)).body.toString(), 'Hello World!');
    const said = daemon.messages.filter(({ level }) => level === 'error').map(({ text }) => text);
    assert.equal(said.length, 1, JSON.stringify(said));
    assert.match(said[0]!, /^refused a connection of a process of user id \d+, which did not show/);
  });

  behaviour('a first frame of any length or type does no harm', async (daemon) => {
    const numbers = word(protocolVersion) + word(0) + word(0);
    const frames = [
      word(0xffffffff) + word(Frame.Hello),
      word(0xffffffff) + word(Frame.Hello) + numbers + 'x'.repeat(100_000),
      word(0) + word(Frame.Hello),
      word(12) + word(Frame.Hello) + numbers,
      `${word(5) + word(Frame.Request)}hello`,
      word(100) + word(0xff000000) + 'x'.repeat(100),
    ];
    for (const frame of frames) await closed(daemon, Buffer.from(frame, 'latin1'));
    assert.ok(!(await daemon.connect()).closed());
  });

  behaviour('connections that say nothing keep no gateway out', async (daemon) => {
    const silent: net.Socket[] = [];
    try {
      for (let count = 0; count < 80; count++) silent.push(await connected(daemon));
      // A gateway tries again, too.
      while ((await daemon.connect()).closed()) await pause(1);
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });

  behaviour(
    'a script that the configuration does not give to the group is not run',
    async (daemon) => {
      const gateway = await daemon.connect();
      const ask = async (stream: number, file: string) => {
        gateway.request(stream, { SCRIPT_FILENAME: file });
        return await gateway.answer(stream);
      };
      const own = path.join(daemon.folder, 'hello.wsgi');
      assert.equal((await ask(1, own)).status, 200);
      for (const [index, file] of [
        path.join(daemon.folder, 'other.wsgi'),
        `${own}.bak`,
        `${own}/../other.wsgi`,
        '/etc/passwd',
        'hello.wsgi',
      ].entries())
        assert.equal((await ask(10 + index, file)).failure, Failure.Foreign, file);
      const text = `script "/etc/passwd" is refused: the configuration does not give it to process group "tests"`;
      await daemon.until(text, () => daemon.messages.some((one) => one.text === text));
      // A folder of scripts.
      assert.notEqual((await ask(20, '/srv/scripts/missing.wsgi')).failure, Failure.Foreign);
      assert.equal((await ask(21, '/srv/scripts/../x.wsgi')).failure, Failure.Foreign);
      // A path whose end a request tells.
      assert.notEqual((await ask(22, '/srv/site-a/missing.wsgi')).failure, Failure.Foreign);
      assert.notEqual((await ask(24, '/srv/y.wsgi')).failure, Failure.Foreign);
      assert.equal((await ask(23, '/srv/site-a/../../x.wsgi')).failure, Failure.Foreign);
    },
    {
      named: (folder) => ['/srv/scripts', path.join(folder, 'hello.wsgi')],
      script_beginnings: ['/srv/site-', '/srv/y.wsgi/'],
    },
  );

  if (compareVersions(python.version, '3.8') < 0) continue;
  behaviour(
    'a sub-interpreter does not run it either',
    async (daemon) => {
      const gateway = await daemon.connect('a.example|');
      gateway.request(1, { SCRIPT_FILENAME: path.join(daemon.folder, 'hello.wsgi') });
      assert.equal((await gateway.answer(1)).failure, Failure.Foreign);
    },
    { sub_interpreters: true, named: () => ['/srv/scripts'] },
  );
}

/** A connection that says nothing; tried again while others wait to be accepted. */
async function connected(daemon: Daemon): Promise<net.Socket> {
  for (;;) {
    const socket = net.connect(path.join(daemon.folder, 'socket'));
    const made = await new Promise<boolean>((resolve) => {
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    if (made) return socket;
    await pause(1);
  }
}

/** Sends bytes on a new connection; resolves when the daemon has closed it. */
async function closed(daemon: Daemon, bytes: Buffer): Promise<void> {
  const socket = await connected(daemon);
  const over = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.resume();
  socket.write(bytes);
  await over;
}
