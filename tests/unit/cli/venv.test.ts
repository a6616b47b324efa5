import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../../src/cli/main.js';
import { plainTerminal } from '../../support/plain-terminal.js';
import { pythonsForVenvs } from '../../support/pythons.js';
import { openZoo, type Zoo } from '../../support/zoo.js';

const { pythons, reason = 'no Python to make environments with' } = pythonsForVenvs(1);
const options = pythons[0] ? {} : { skip: reason };

async function withZoo(body: (zoo: Zoo) => Promise<void>): Promise<void> {
  const zoo = openZoo(pythons[0]!);
  try {
    await body(zoo);
  } finally {
    zoo.remove();
  }
}

async function run(...args: string[]) {
  const terminal = plainTerminal();
  const status = await runCommand(args, terminal);
  return { status, out: terminal.output(), error: terminal.errors() };
}

test('venv tells what an environment is, and the line to paste', options, () =>
  withZoo(async (zoo) => {
    const root = zoo.venv();
    zoo.distribution(root, 'shop', '1.2');
    const { status, out } = await run('venv', '--packages', join(root, 'bin/python'));
    assert.equal(status, 0);
    assert.ok(out.startsWith(`${root}\n  kind             venv\n`), out);
    assert.match(out, new RegExp(`\n  Python +${zoo.python.version}\n`));
    assert.match(out, /\n {2}system packages +not seen\n/);
    assert.match(out, /\n {2}packages +1\n/);
    assert.ok(out.includes(`line to write    python-home=${root}\n`), out);
    assert.match(out, /\n {4}shop 1\.2\n$/);
  }),
);

test('venv --json has every key, also for what is no environment, and status 1', options, () =>
  withZoo(async (zoo) => {
    const { status, out } = await run('venv', '--json', zoo.venv(), zoo.path('missing'));
    assert.equal(status, 1);
    const { ok, environments } = JSON.parse(out) as {
      ok: boolean;
      environments: Record<string, unknown>[];
    };
    assert.equal(ok, false);
    assert.deepEqual(Object.keys(environments[0]!), Object.keys(environments[1]!));
    assert.equal(environments[0]?.['kind'], 'venv');
    assert.equal(environments[1]?.['version'], null);
    const findings = environments[1]!['findings'] as { code: string }[];
    assert.equal(findings[0]?.code, 'home-missing');
  }),
);

test(
  '200 environments, each with an interpreter of its own, are told of within seconds',
  options,
  () =>
    withZoo(async (zoo) => {
      const roots = Array.from({ length: 200 }, (_, index) =>
        zoo.impostor(
          `venv-${index}`,
          `exec ${zoo.python.executable} "$@"`,
          `home = /usr/bin\nversion = ${zoo.python.version}\n`,
        ),
      );
      const begun = performance.now();
      const { status, out } = await run('venv', '--json', ...roots);
      const seconds = (performance.now() - begun) / 1000;
      const { environments } = JSON.parse(out) as { environments: { version: string }[] };
      assert.equal(status, 0);
      assert.equal(
        environments.filter(({ version }) => version === zoo.python.version).length,
        200,
      );
      assert.ok(seconds < 20, `${seconds} s`);
    }),
);

test('a user who does not exist is an error with the nearest name', async () => {
  const { status, error } = await run('venv', '/', '--user', 'nobodyx');
  assert.equal(status, 1);
  assert.match(error, /no user "nobodyx"|not as root/);
});
