import assert from 'node:assert/strict';
import { ask } from '../support/http.js';
import type { Server } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

const crashes = `
import os
def application(environ, start_response):
    if environ['PATH_INFO'] == '/crash':
        os.abort()
    start_response('200 OK', [])
    return [b'well']
`;

const times = 20;

for (const processes of [1, 3])
  testWithPythons(
    `a URL that crashes its process does not keep a group of ${processes} down`,
    1,
    async ([python]) => {
      const group = `processes=${processes} threads=2`;
      const files = { 'crashes.wsgi': crashes };
      const mounts = { '/': 'crashes.wsgi' };
      await withSite(python!, { mounts, group, files }, async (server) => {
        let over = false;
        const clients = Array.from({ length: 3 }, () => askUntil(server, () => over));
        const crashed: number[] = [];
        while (crashed.length < times) crashed.push((await ask(server.port, '/crash')).status);
        over = true;
        const answers = (await Promise.all(clients)).flat();
        assert.deepEqual([...new Set(crashed)], [502], server.output());
        const statuses = new Set(answers.map(({ status }) => status));
        statuses.delete(200);
        // Those that the process had begun when it ended.
        statuses.delete(502);
        assert.deepEqual([...statuses], [], server.output());
        const longest = Math.max(...answers.map(({ milliseconds }) => milliseconds));
        assert.ok(longest < 5_000, `${longest} ms`);
      });
    },
  );

interface Timed {
  readonly status: number;
  readonly milliseconds: number;
}

async function askUntil(server: Server, over: () => boolean): Promise<Timed[]> {
  const answers: Timed[] = [];
  while (!over()) {
    const since = performance.now();
    const { status } = await ask(server.port, '/');
    answers.push({ status, milliseconds: performance.now() - since });
  }
  return answers;
}
