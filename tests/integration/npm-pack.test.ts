import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../support/command.js';
import { ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { makeReadableFolder, repository } from '../support/run-folder.js';
import { startVenvhost } from '../support/server.js';
import { makeVenv } from '../support/venvs.js';

test('the packed package, installed in an empty folder, serves one application', async (t) => {
  const { pythons, reason } = pythonsForVenvs(1);
  if (reason) return t.skip(reason);
  const folder = makeReadableFolder('pack-');
  const archive = await pack(folder);
  const here = join(folder, 'app');
  cpSync(join(repository, 'tests/fixtures/says-hello.wsgi'), join(here, 'app.wsgi'));
  writeFileSync(join(here, 'package.json'), '{}\n');
  const install = await runCommand('npm', ['install', '--no-audit', '--no-fund', archive], {
    cwd: here,
    deadline: 180_000,
  });
  if (install.status !== 0) {
    const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.exec(
      install.output,
    );
    if (unreachable) return t.skip(`the npm registry cannot be reached here: ${unreachable[0]}`);
    assert.fail(install.output);
  }
  const version = await runCommand('npx', ['venvhost', '--version'], {
    cwd: here,
    deadline: 60_000,
  });
  assert.equal(version.stdout.trim(), '0.1.0', version.output);
  const server = await startVenvhost(
    ['serve', 'app.wsgi', '--venv', await makeVenv(pythons[0]!), '--port', '0'],
    { cwd: here, command: ['npx', 'venvhost'] },
  );
  try {
    const answer = await ask(server.port, '/any/path');
    assert.equal(answer.status, 200, server.output());
    assert.equal(answer.text, 'hello from /any/path\n');
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

/** Packs a copy: packing builds anew, which would take away the files that this run of tests uses. */
async function pack(folder: string): Promise<string> {
  const source = join(folder, 'source');
  const left = /^(node_modules|dist|\.git|\.work)$/;
  for (const name of readdirSync(repository).filter((entry) => !left.test(entry)))
    cpSync(join(repository, name), join(source, name), {
      recursive: true,
      filter: (path) => !/\/(\.work|__pycache__)$/.test(path),
    });
  symlinkSync(join(repository, 'node_modules'), join(source, 'node_modules'));
  const done = await runCommand('npm', ['pack', '--pack-destination', folder], {
    cwd: source,
    deadline: 180_000,
  });
  assert.equal(done.status, 0, done.output);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  assert.ok(archive, done.output);
  return join(folder, archive);
}
