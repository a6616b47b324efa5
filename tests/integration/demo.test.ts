import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { repository } from '../support/run-folder.js';
import { isRunning, startVenvhost } from '../support/server.js';

test('the demo shows two environments with two versions of one package, and Ctrl-C ends it', async (t) => {
  const { reason } = pythonsForVenvs(1);
  if (reason) return t.skip(reason);
  const port = await freePort();
  const server = await startVenvhost([], {
    command: [process.execPath, join(repository, 'examples/demo/start.js')],
    env: { ...process.env, PORT: String(port) },
    deadline: 120_000,
  });
  try {
    const one = (await ask(port, '/one')).text;
    const two = (await ask(port, '/two')).text;
    assert.match(one, /process group: +one\n/);
    assert.match(one, /venvhost-greeting: +1\.0\.0\n/);
    assert.match(two, /process group: +two\n/);
    assert.match(two, /venvhost-greeting: +2\.0\.0\n/);
    assert.notEqual(/sys\.prefix: +(.*)/.exec(one)?.[1], /sys\.prefix: +(.*)/.exec(two)?.[1]);
    const page = await ask(port, '/', { headers: { Accept: 'text/html' } });
    assert.match(page.headers['content-type'] ?? '', /^text\/html/);
  } finally {
    const pids = server.descendants();
    server.signal('SIGINT');
    const { code } = await server.ended;
    assert.equal(code, 0, server.output());
    assert.deepEqual(pids.filter(isRunning), []);
  }
});

/** A port that was free a moment ago: the demo prints its URLs before it listens, so it needs a number. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
