import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { catalogue } from '../../src/base/codes.js';
import { extraRequests } from '../../src/gateway/runtimes/policy.js';
import { listFiles } from '../support/files.js';
import { generatedPages } from '../support/generated-pages.js';
import { repository } from '../support/run-folder.js';

const pages = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].map(
    (name) => join(repository, name),
  ),
  ...['docs', 'examples']
    .flatMap((folder) => listFiles(join(repository, folder)))
    .filter((path) => path.endsWith('.md') && !path.includes('/.work/')),
];

test('every link in the documents leads to a file', () => {
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
      .map((match) => match[1]!)
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('every file that ARCHITECTURE.md names exists', () => {
  const text = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8');
  const named = [...text.matchAll(/`((?:src|runtime|tests|docs|bin)\/[^`\s*]+)`/g)];
  const missing = named
    .map((match) => match[1]!)
    .filter((path) => !existsSync(join(repository, path)));
  assert.deepEqual(missing, []);
});

for (const { path, text } of generatedPages)
  test(`${path} is what the code makes of it`, () => {
    assert.equal(readFileSync(join(repository, path), 'utf8'), text(), 'run: npm run docs');
  });

test('the page of the process model says as many requests beyond the threads as the code has', () => {
  const page = readFileSync(join(repository, 'docs/explanation/process-model.md'), 'utf8');
  assert.match(page, new RegExp(`at most ${extraRequests} more`));
});

test('the page of the log names every event', () => {
  const page = readFileSync(join(repository, 'docs/reference/log.md'), 'utf8');
  const events = readFileSync(join(repository, 'src/base/events.ts'), 'utf8');
  const names = [...events.matchAll(/type: '([a-z-]+)'/g)].map((match) => match[1]!);
  assert.ok(names.length > 10);
  assert.deepEqual(
    names.filter((name) => !page.includes(`\`${name}\``)),
    [],
  );
});

test('the page of the command names every option that the help names', () => {
  const page = readFileSync(join(repository, 'docs/reference/command.md'), 'utf8');
  for (const command of ['run', 'check', 'plan', 'serve', 'venv', 'explain']) {
    const help = execFileSync(
      process.execPath,
      [join(repository, 'bin/venvhost.js'), command, '--help'],
      { encoding: 'utf8' },
    );
    for (const [option] of help.matchAll(/--[a-z-]+/g))
      assert.ok(page.includes(option), `${command} ${option}`);
  }
});

test('the table of troubles answers all 25, with codes of the catalogue', () => {
  const page = readFileSync(join(repository, 'docs/reference/troubles.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| \d+ \|/.test(line));
  assert.equal(rows.length, 25);
  const named = rows.flatMap((row) => {
    const [, , , codes = '', reason = ''] = row.split('|');
    assert.ok(codes.includes('`') || reason.trim() !== '', row);
    return [...codes.matchAll(/`([a-z0-9-]+)`/g)].map((match) => match[1]!);
  });
  assert.deepEqual(
    named.filter((code) => !(code in catalogue)),
    [],
  );
});
