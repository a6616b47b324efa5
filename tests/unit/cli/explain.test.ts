import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../../src/base/codes.js';
import { runCommand } from '../../../src/cli/main.js';
import { plainTerminal } from '../../support/plain-terminal.js';

async function run(...args: string[]) {
  const terminal = plainTerminal();
  const status = await runCommand(args, terminal);
  return { status, out: terminal.output(), error: terminal.errors() };
}

test('every code is explained with severity, cause, outcome and what to do', async () => {
  for (const code of Object.keys(catalogue)) {
    const { status, out } = await run('explain', code);
    assert.equal(status, 0, code);
    assert.match(
      out,
      /^\S+: (error|warning|note)\n.+\n\ncause: +\S.*\.\nwhat happens: +\S.*\.\nwhat to do: +\S.*\.\n/,
      code,
    );
  }
});

test('without a code all are listed, in order', async () => {
  const { out } = await run('explain');
  const listed = out
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  assert.deepEqual(listed, Object.keys(catalogue).sort());
});

test('a code is found in brackets and capitals too, a wrong one names the nearest', async () => {
  assert.equal((await run('explain', '[Home-Missing]')).status, 0);
  const { status, error } = await run('explain', 'home-mising');
  assert.equal(status, 2);
  assert.match(error, /no code "home-mising"\n {2}hint: did you mean "home-missing"/);
});

test('--json gives the same as data', async () => {
  const { out } = await run('explain', 'home-missing', '--json');
  const data = JSON.parse(out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(data).slice(0, 6), [
    'code',
    'severity',
    'title',
    'cause',
    'happens',
    'remedy',
  ]);
});
