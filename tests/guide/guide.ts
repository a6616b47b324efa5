import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createReport } from '../support/report.js';
import { makeRunFolder, removeRunFolder, repository } from '../support/run-folder.js';
import { runTestFiles } from '../support/test-files.js';
import type { GuideCell } from './scenario.js';
import { guideTable, withTable } from './table.js';

/**
 * `npm run guide`: tries every scenario of the guide in each mode on each Python of this machine, and prints what
 * came of it as a table. With `-- --write` the table is put into the README too.
 */
await main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean' } } });
  const report = createReport((text) => process.stderr.write(text));
  const folder = makeRunFolder();
  const outcomes = join(folder, 'outcomes.jsonl');
  process.env['VENVHOST_GUIDE_OUTCOMES'] = outcomes;
  const own = dirname(fileURLToPath(import.meta.url));
  const files = readdirSync(own)
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(own, name));
  report.beginStage('guide');
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  await runTestFiles(files, {
    report,
    together: 2,
    deadline: 20 * 60_000,
    interrupted: interrupted.signal,
  });
  report.endStage();
  const table = guideTable(existsSync(outcomes) ? readCells(outcomes) : []);
  process.stdout.write(`${table}\n`);
  if (values.write && report.failed() > 0) console.error('the README is left as it is');
  else if (values.write) {
    const readme = join(repository, 'README.md');
    writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), table));
  }
  removeRunFolder(folder);
  report.finish(false);
}

function readCells(path: string): GuideCell[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as GuideCell);
}
