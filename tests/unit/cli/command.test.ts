import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import pico from 'picocolors';
import { paintDiagnostics } from '../../../src/cli/colors.js';
import { internalErrorText } from '../../../src/cli/internal-error.js';
import type { JsonReport } from '../../../src/cli/json-report.js';
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
    colors: pico.createColors(false),
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

for (const command of ['run', 'check', 'plan', 'serve', 'venv', 'explain'])
  test(`${command} --help has an example`, async () => {
    const { status, out } = await run(command, '--help');
    assert.equal(status, 0);
    assert.match(out, new RegExp(`Examples?:\n  venvhost ${command} `));
  });

const wrong: [string, string[], RegExp][] = [
  ['no command', [], /Usage: venvhost/],
  ['an unknown command', ['cheek'], /unknown command 'cheek'\n\(Did you mean check\?\)/],
  ['an unknown option', ['check', '-f', 'x', '--jason'], /unknown option '--jason'/],
  ['check without a file', ['check'], /name one: venvhost check -f /],
  ['plan without a file', ['plan', '--json'], /name one: venvhost plan -f /],
  ['run without a file', ['run'], /name one: venvhost run -f /],
  ['a file without -f', ['check', 'a.conf'], /named with -f: venvhost check -f a\.conf/],
  ['a bad number', ['serve', 'a.wsgi', '--threads', '0'], /'0' is invalid\. Write a whole number/],
  [
    'a bad address',
    ['run', '-f', 'x', '--listen', 'here'],
    /'here' is invalid\. Write \[ADDRESS:\]PORT/,
  ],
  ['no script', ['serve'], /missing required argument 'script'/],
  ['too many arguments', ['check', '-f', 'x', 'more'], /"more" is one argument too many/],
];
for (const [title, args, message] of wrong)
  test(`${title} is wrong usage`, async () => {
    const { status, out, error } = await run(...args);
    assert.equal(status, 2);
    assert.equal(out, '');
    assert.match(error, message);
  });

test('a file that cannot be read is an error, and there is nothing else to say of it', async () => {
  for (const command of ['check', 'plan', 'run']) {
    const { status, error } = await run(command, '-f', '/nonexistent/site.conf');
    assert.equal(status, 1, command);
    assert.match(error, /file-unreadable/);
    assert.doesNotMatch(error, /nothing-mounted|user-defaulted|no-listen/);
  }
  const folder = await run('check', '-f', tmpdir());
  assert.equal(folder.status, 1);
  assert.match(folder.error, /it is a folder \[file-unreadable\]\n {2}hint: name a file in it/);
});

test('-D and -f take their values in every usual form', async (t) => {
  const variable = '$'.concat('{B}');
  const file = configuration(t, `<IfDefine A>\nListenn ${variable}\n</IfDefine>\n`);
  for (const args of [
    ['-f', file, '-D', 'A', '-D', 'B=1'],
    [`-f${file}`, '-DA', '-DB=1'],
    [`--file=${file}`, '--define=A', '--define', 'B=1'],
  ]) {
    const { error } = await run('check', ...args);
    assert.match(error, /Listenn/, args.join(' '));
    assert.doesNotMatch(error, /undefined-variable/, args.join(' '));
  }
});

test('directives without effect share one note, and what is not supported has one way out', async (t) => {
  const file = configuration(t, 'ServerTokens OS\nFileETag None\nRedirect / /x\n');
  const { error } = await run('check', '-f', file);
  assert.match(error, /site\.conf: ServerTokens \(line 1\), FileETag \(line 2\)\n/);
  assert.match(error, /hint: 1 of them is not supported; --ignore-unsupported/);
});

test('a mistake of ours is one line, with the stack only for who asks', () => {
  const error = new TypeError('x is not a function');
  const short = internalErrorText(error, {});
  assert.match(
    short,
    /internal error, TypeError: x is not a function\n {2}hint: .*VENVHOST_DEBUG=1/,
  );
  assert.doesNotMatch(short, /\n\s+at /);
  assert.match(internalErrorText(error, { VENVHOST_DEBUG: '1' }), /\n\s+at /);
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
  const report = JSON.parse(out) as JsonReport;
  const found = report.diagnostics.find(({ code }) => code === 'unknown-directive');
  assert.deepEqual(found, {
    code: 'unknown-directive',
    severity: 'error',
    message: 'unknown directive "Listenn"',
    file,
    line: 1,
    column: 1,
    endColumn: 8,
    excerpt: 'Listenn 80',
    hint: 'did you mean "Listen"?',
    related: [],
    includedFrom: [],
  });
  assert.equal(report.ok, false);
  assert.deepEqual(Object.keys(report.summary), ['errors', 'warnings', 'notes']);
  for (const entry of report.diagnostics) assert.deepEqual(Object.keys(entry), Object.keys(found));
});

test('check asks for what the start needs, and leaves nothing behind', async (t) => {
  const file = configuration(t, '');
  const folder = path.dirname(file);
  writeFileSync(
    file,
    `Listen 127.0.0.1:0\nListen 192.0.2.1:8123\nErrorLog ${folder}/none/error.log\nCustomLog ${folder}/access.log common\nPidFile ${folder}/none/pid\nWSGISocketPrefix ${folder}/open/new/s\n`,
  );
  mkdirSync(path.join(folder, 'open'));
  chmodSync(path.join(folder, 'open'), 0o777);
  const { status, out } = await run('check', '--json', '-f', file);
  assert.equal(status, 1);
  const found = (JSON.parse(out) as JsonReport).diagnostics.filter(
    ({ code }) => code === 'start-refused',
  );
  assert.deepEqual(
    found.map(({ line, message }) => [line, message]),
    [
      [2, 'cannot listen on 192.0.2.1:8123: address not available'],
      [3, `cannot open the log file "${folder}/none/error.log": no such file or directory`],
      [5, `cannot write the process id to "${folder}/none/pid": no such file or directory`],
      [
        6,
        `cannot make sockets in "${folder}/open/new": others may rename what is in "${folder}/open"; state another WSGISocketPrefix`,
      ],
    ],
  );
  assert.equal(found[1]!.hint, `make its folder: mkdir -p ${folder}/none`);
  assert.deepEqual(readdirSync(folder).sort(), ['open', 'site.conf']);
});

test('check says at its end what a visitor would get', async (t) => {
  const file = configuration(t, 'Listen 127.0.0.1:8123\nServerName a.example\nUser nobody\n');
  const { out } = await run('check', '-f', file);
  assert.match(out, /nothing that is answered\nevery request gets 404: nothing is mounted here\n$/);
  const json = await run('check', '--json', '-f', file);
  assert.deepEqual((JSON.parse(json.out) as JsonReport).visits, [
    {
      url: 'http://a.example:8123/',
      status: 404,
      text: 'nothing is mounted here',
      restricted: false,
      processGroup: null,
    },
  ]);
});

test('plan --json prints the plan', async (t) => {
  const file = configuration(t, 'Listen 127.0.0.1:8123\nUser nobody\n');
  const { out } = await run('plan', '--json', '-f', file);
  const plan = JSON.parse(out) as { listeners: unknown[] };
  assert.equal(plan.listeners.length, 1);
});

test('colours change nothing in the text of diagnostics', () => {
  const text =
    'a.conf:1:1: error: unknown directive "x" [unknown-directive]\n    x\n    ^\n  hint: y\nnote: z [no-listen]\n';
  const painted = paintDiagnostics(text, pico.createColors(true));
  assert.notEqual(painted, text);
  assert.equal(stripVTControlCharacters(painted), text);
  assert.match(painted, /\u001b\[31merror: /);
  assert.equal(paintDiagnostics(text, pico.createColors(false)), text);
});

test('escape sequences of a configuration do not reach the terminal', async (t) => {
  const file = configuration(t, 'Bad\u001b[31m x\nListen \u001b]0;t\u0007\n');
  const { error } = await run('check', '-f', file);
  assert.match(error, /unknown directive "Bad\ufffd\[31m"/);
  assert.doesNotMatch(error, /[\u0007\u001b]/);
});

test('definitions that double with every line end early', async (t) => {
  const file = configuration(t, `Define A xx\n${'Define A $'.concat('{A}$', '{A}\n').repeat(60)}`);
  const { error } = await run('check', '-f', file);
  assert.match(error, /Define A: its value has 131072 characters, at most 65536 are possible/);
});

test('a very long line is shown where the mistake is', async (t) => {
  const file = configuration(
    t,
    `WSGIDaemonProcess a ${'threads=1 '.repeat(100)}bogus=1\nListen ${'9'.repeat(9999)}\n`,
  );
  const { error } = await run('check', '-f', file);
  const lines = error.split('\n');
  const carets = lines.findIndex((line) => /^ +\^{5}$/.test(line));
  const column = lines[carets]!.indexOf('^');
  assert.equal(lines[carets - 1]!.slice(column, column + 7), 'bogus=1');
  assert.ok(lines.every((line) => line.length < 1000));
});
