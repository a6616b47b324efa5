import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scenarios } from '../../guide/scenarios.js';
import { guideTable, tableOf, withTable } from '../../guide/table.js';
import { repository } from '../../support/run-folder.js';

const readme = readFileSync(join(repository, 'README.md'), 'utf8');

test('the README has the table of the guide, with a row for each scenario', () => {
  const lines = tableOf(readme)
    .split('\n')
    .filter((line) => /^\| \d/.test(line));
  assert.deepEqual(
    lines.map((line) => line.split(' | ').slice(0, 2).join(' | ')),
    scenarios.map(
      ({ number, title, folder }) => `| ${number} | [${title}](examples/guide/${folder})`,
    ),
    'make it again: npm run guide -- --write',
  );
});

test('the table of the README shows no failure, and the reasons that it counts', () => {
  const table = tableOf(readme);
  assert.doesNotMatch(table, /failed|not tried/);
  for (const [, number] of table.matchAll(/(?:skipped|refused) \((\d+)\)/g))
    assert.ok(table.includes(`\n${number}. `), `reason ${number}`);
});

test('each scenario has a folder with a configuration, and each folder is one of a scenario', () => {
  const guide = join(repository, 'examples/guide');
  const folders = readdirSync(guide, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(folders.sort(), scenarios.map(({ folder }) => folder).sort());
  for (const folder of folders)
    assert.ok(
      existsSync(join(guide, folder)) &&
        readdirSync(join(guide, folder)).some((name) => name.endsWith('.conf')),
      folder,
    );
});

test('a table has a column for each mode and Python, and tells reasons once', () => {
  const table = guideTable([
    { number: 5, mode: 'daemon', python: '3.10', outcome: 'works' },
    { number: 5, mode: 'daemon', python: '2.7', outcome: 'skipped', reason: 'no such thing' },
    { number: 2, mode: 'daemon', python: '2.7', outcome: 'skipped', reason: 'no such thing' },
    { number: 2, mode: 'daemon', python: '3.10', outcome: 'refused' },
  ]);
  const lines = table.split('\n');
  assert.match(lines[0]!, /daemon 2\.7 \| daemon 3\.10 \| embedded 2\.7 \| embedded 3\.10 \|$/);
  assert.match(lines[3]!, /^\| 2 \| .* \| skipped \(1\) \| refused \| {2}\| {2}\|$/);
  assert.match(lines[6]!, /^\| 5 \| .* \| skipped \(1\) \| works \| {2}\| {2}\|$/);
  assert.equal(lines.at(-1), '1. no such thing');
  assert.equal(table.match(/no such thing/g)?.length, 1);
});

test('a document without the marks for the table is refused', () => {
  assert.throws(() => withTable('# A document\n', '| |'), /the document has no/);
});
