import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCommand } from '../../../src/cli/main.js';

async function run(...args: string[]): Promise<{ status: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const status = await runCommand(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { status, out, error };
}

function configuration(t: TestContext, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'venvhost-cli-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'site.conf');
  writeFileSync(file, text);
  return file;
}

test('--version prints the version, of each command too', async () => {
  for (const args of [['--version'], ['run', '--version'], ['check', '-V']]) {
    const { status, out } = await run(...args);
    assert.equal(status, 0);
    assert.match(out, /^\d+\.\d+\.\d+\n$/);
  }
});

for (const command of ['run', 'check', 'plan', 'serve'])
  test(`${command} --help has an example`, async () => {
    const { status, out } = await run(command, '--help');
    assert.equal(status, 0);
    assert.match(out, new RegExp(`Examples?:\n  venvhost ${command} `));
  });

const wrong: [string, string[], RegExp][] = [
  ['no command', [], /Usage: venvhost/],
  ['an unknown command', ['cheek'], /unknown command 'cheek'\n\(Did you mean check\?\)/],
  ['an unknown option', ['check', '-f', 'x', '--jason'], /unknown option '--jason'/],
  ['no file', ['check'], /required option '-f, --file <file>' not specified/],
  ['a bad number', ['serve', 'a.wsgi', '--threads', '0'], /got "0"; write a whole number/],
  ['a bad address', ['run', '-f', 'x', '--listen', 'here'], /got "here"; write \[ADDRESS:\]PORT/],
  ['no script', ['serve'], /missing required argument 'script'/],
  ['too many arguments', ['check', '-f', 'x', 'more'], /too many arguments/],
];
for (const [title, args, message] of wrong)
  test(`${title} is wrong usage`, async () => {
    const { status, out, error } = await run(...args);
    assert.equal(status, 2);
    assert.equal(out, '');
    assert.match(error, message);
  });

test('a file that is missing is an error of check', async () => {
  const { status, error } = await run('check', '-f', '/nonexistent/site.conf');
  assert.equal(status, 1);
  assert.match(error, /file-unreadable/);
});

test('an unknown directive is an error of check, plan and run, with its position', async (t) => {
  const file = configuration(t, 'Listenn 80\n');
  for (const command of ['check', 'plan', 'run']) {
    const { status, error } = await run(command, '-f', file);
    assert.equal(status, 1, command);
    assert.match(error, /site\.conf:1:1: error: .*Listenn.*\[unknown-directive\]/s);
  }
});

test('check --json prints the diagnostics as data', async (t) => {
  const file = configuration(t, 'Listenn 80\n');
  const { status, out } = await run('check', '--json', '-f', file);
  assert.equal(status, 1);
  const report = JSON.parse(out) as { ok: boolean; diagnostics: { code: string }[] };
  assert.equal(report.ok, false);
  assert.ok(report.diagnostics.some(({ code }) => code === 'unknown-directive'));
});

test('plan --json prints the plan', async (t) => {
  const file = configuration(t, 'Listen 127.0.0.1:8123\nUser nobody\n');
  const { out } = await run('plan', '--json', '-f', file);
  const plan = JSON.parse(out) as { listeners: unknown[] };
  assert.equal(plan.listeners.length, 1);
});
