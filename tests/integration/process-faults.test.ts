import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../support/http.js';
import { isEvent, isRunning } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

testWithPythons(
  'a process group without a usable environment answers 503 and disturbs no other group',
  1,
  async ([python]) => {
    const more = (folder: string) => `
WSGIDaemonProcess broken python-home="${folder}"
<Location /broken>
    WSGIProcessGroup broken
</Location>`;
    const mounts = { '/broken': 'tells-its-process', '/': 'says-hello' };
    await withSite(python!, { mounts, more }, async (server) => {
      const answer = await ask(server.port, '/broken');
      assert.equal(answer.status, 503, server.output());
      assert.ok(answer.headers['retry-after']);
      assert.equal((await ask(server.port, '/')).text, 'hello from /\n');
    });
  },
);

testWithPythons(
  'a daemon has no descriptor but its own, whatever the server was started with',
  1,
  async ([python]) => {
    await withSite(python!, { mounts: { '/': 'tells-its-descriptors' } }, async (server) => {
      const { status, text } = await ask(server.port, '/');
      assert.equal(status, 200, server.output());
      for (const line of text.trim().split('\n'))
        assert.match(line, /^(\/dev\/null|(socket|pipe):\[\d+\]|\S+\.journal|\S+\/runtime\d+)$/);
    });
  },
);

testWithPythons(
  'requests that hang get 504 after request-timeout, and their process is replaced',
  1,
  async ([python]) => {
    const group = 'threads=2 request-timeout=1 graceful-timeout=1 shutdown-timeout=1';
    await withSite(python!, { mounts: { '/': 'hangs-when-asked' }, group }, async (server) => {
      const first = Number((await ask(server.port, '/')).text);
      const hung = await Promise.all([ask(server.port, '/hang'), ask(server.port, '/hang')]);
      assert.deepEqual(
        hung.map(({ status }) => status),
        [504, 504],
      );
      const next = await ask(server.port, '/');
      assert.equal(next.status, 200, server.output());
      assert.notEqual(Number(next.text), first);
      await server.until((line) => String(line.msg).includes('in hang_here'), 'shows the stacks');
      const died = isEvent('daemon-died');
      await server.until((line) => died(line) && line['pid'] === first, 'ends the old process');
    });
  },
);

testWithPythons(
  'a frozen process does not stop its group, and nothing is lost',
  1,
  async ([python]) => {
    const group = 'processes=2 threads=2';
    await withSite(python!, { mounts: { '/': 'tells-its-process' }, group }, async (server) => {
      const frozen = Number((await ask(server.port, '/')).text);
      process.kill(frozen, 'SIGSTOP');
      try {
        const answers = await Promise.all(Array.from({ length: 20 }, () => ask(server.port, '/')));
        assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
        assert.ok(answers.every(({ text }) => Number(text) !== frozen));
      } finally {
        process.kill(frozen, 'SIGCONT');
      }
    });
  },
);

testWithPythons(
  'a group whose processes are all killed makes requests wait until one is back',
  1,
  async ([python]) => {
    const group = 'processes=2 threads=2';
    await withSite(python!, { mounts: { '/': 'tells-its-process' }, group }, async (server) => {
      await ask(server.port, '/');
      for (const line of server.log.filter(isEvent('daemon-ready')))
        process.kill(line['pid'] as number, 'SIGKILL');
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(server.port, '/')));
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    });
  },
);

testWithPythons(
  'when the supervisor is killed, its processes notice and go within two seconds',
  1,
  async ([python]) => {
    const mounts = { '/': 'says-hello' };
    await assert.rejects(
      withSite(python!, { mounts, group: 'processes=2' }, async (server) => {
        await ask(server.port, '/');
        const pids = server.descendants();
        assert.ok(pids.length >= 3, 'a gateway and two daemons');
        server.signal('SIGKILL');
        const end = Date.now() + 2000;
        while (pids.some(isRunning) && Date.now() < end) await pause(20);
        assert.deepEqual(pids.filter(isRunning), []);
      }),
      (error: NodeJS.ErrnoException) =>
        error.code === 'ESRCH' || error.message.includes('ended with SIGKILL'),
      'there is nothing left that could be stopped',
    );
  },
);

testWithPythons(
  'a folder that nothing opens is answered with 403, and the log names the block to add',
  1,
  async ([python]) => {
    await withSite(python!, { mounts: { '/': 'says-hello' }, access: '' }, async (server) => {
      assert.equal((await ask(server.port, '/')).status, 403);
      const line = await server.until(isEvent('request-denied'), 'tells the denial');
      assert.match(line.msg ?? '', /<Directory /);
    });
  },
);
