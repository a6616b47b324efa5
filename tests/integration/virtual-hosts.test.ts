import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { startVenvhost } from '../support/server.js';

const repository = await reachableRepository();

const here = join(repository, 'examples/virtual-hosts');

test('the name that a client asks for chooses the virtual host and its process group', async (t) => {
  const { reason } = pythonsForVenvs(1);
  if (reason) return t.skip(reason);
  const server = await startVenvhost(
    ['run', '-f', join(here, 'virtual-hosts.conf'), '-D', `HERE=${here}`, '-D', 'PORT=0'],
    // The groups name no environment, so the first python3 of PATH runs them: the system's, which all can read.
    { env: { ...process.env, PATH: `/usr/bin:/bin:${process.env['PATH']}` } },
  );
  const say = async (host: string, path = '/') => {
    const answer = await ask(server.port, path, { host });
    return answer.status === 200 ? answer.text : answer.status;
  };
  const shop = 'this is the shop, process group shop\n';
  const blog = 'this is the blog, process group blog\n';
  try {
    assert.equal(await say('shop.example'), shop);
    assert.equal(await say('www.shop.example'), shop, 'by alias');
    assert.equal(await say('a.shops.example'), shop, 'by alias with a wildcard');
    assert.equal(await say('blog.example'), blog);
    assert.equal(await say('BLOG.example:80'), blog, 'in capitals and with a port');
    assert.equal(await say('nobody.example'), shop, 'an unknown name gets the first host');
    assert.equal(await say('blog.example', '/drafts/1'), 403);
    assert.equal(await say('shop.example', '/drafts/1'), shop, 'another host is not concerned');
  } finally {
    await server.stop();
  }
});
