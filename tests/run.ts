import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from './support/command.js';
import { listFiles } from './support/files.js';
import { findLeftovers, lookBefore } from './support/leftovers.js';
import { lintPython } from './support/python-linter.js';
import { createReport, type Report } from './support/report.js';
import { makeRunFolder, removeRunFolder, repository } from './support/run-folder.js';
import { runTestFiles } from './support/test-files.js';

/**
 * `npm test`: every stage in turn, also after one that failed, and one line of totals at the end. The compiler has
 * had its say before: npm ends where it found something.
 *
 *     npm test                          everything
 *     npm test -- unit golden           some stages
 *     npm test -- layers virtual-hosts  the test files whose path contains one of the words
 *     npm test -- --bail                stop after the first stage that failed
 */
const usage = 'usage: npm test -- [--bail] [STAGE | PART OF A FILE NAME]…';

interface Selection {
  readonly stages: readonly string[];
  readonly patterns: readonly string[];
}

interface Stage {
  readonly name: string;
  /** Of this stage; none where it does not run files. */
  readonly files: readonly string[];
  readonly run: (report: Report, patterns: readonly string[]) => Promise<void>;
}

const minute = 60_000;
/** Ctrl-C ends the files that run; what they have left behind is looked for all the same. */
const interrupted = new AbortController();

const stages: readonly Stage[] = [
  command('lint', ['node_modules/.bin/biome', 'check', '--error-on-warnings', '.']),
  { name: 'python', files: [], run: lintPython },
  files('unit', { together: 2, deadline: minute }),
  files('golden', { together: 2, deadline: minute }),
  files('runtime', { together: 1, deadline: 5 * minute }),
  files('guide', { together: 2, deadline: 10 * minute }),
  files('integration', { together: 1, deadline: 8 * minute }),
];

await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { bail: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(`${usage}\nstages: ${stages.map((stage) => stage.name).join(', ')}`);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupted.abort());
  const selection = select(positionals);
  const report = createReport();
  const unknown = unmatched(selection);
  if (unknown.length > 0) {
    report.beginStage('selection');
    for (const word of unknown)
      report.fail(`"${word}" is in no file name of ${selection.stages.join(', ')}`, usage);
    report.endStage();
    report.finish(true);
    return;
  }
  const folder = makeRunFolder();
  const before = lookBefore(folder);
  for (const stage of stages) {
    if (!selection.stages.includes(stage.name) || interrupted.signal.aborted) continue;
    report.beginStage(stage.name);
    await stage.run(report, selection.patterns);
    report.endStage();
    if (values.bail && report.failed() > 0) break;
  }
  report.beginStage('leftovers');
  for (const found of await findLeftovers(folder, before)) report.fail(found.what, found.details);
  report.pass('nothing that the tests started is left');
  report.endStage();
  removeRunFolder(folder);
  report.finish(positionals.length > 0);
  if (interrupted.signal.aborted) process.exitCode = 130;
}

/** Words that are no stage name choose files, in all stages that run files unless stages are named too. */
function select(words: readonly string[]): Selection {
  const names = stages.map((stage) => stage.name);
  const named = words.filter((word) => names.includes(word));
  const patterns = words.filter((word) => !names.includes(word));
  if (named.length > 0) return { stages: named, patterns };
  const withFiles = stages.filter((stage) => stage.files.length > 0).map((stage) => stage.name);
  return { stages: patterns.length > 0 ? withFiles : names, patterns };
}

/** A test that was asked for and is not there has not passed. */
function unmatched({ stages: names, patterns }: Selection): string[] {
  const among = stages.filter(({ name }) => names.includes(name)).flatMap(({ files }) => files);
  return patterns.filter((pattern) => !among.some((file) => matches(file, pattern)));
}

function matches(file: string, pattern: string): boolean {
  return relative(repository, file).includes(pattern);
}

function command(name: string, [program, ...args]: readonly [string, ...string[]]): Stage {
  return {
    name,
    files: [],
    run: async (report) => {
      const done = await runCommand(join(repository, program), args, {
        cwd: repository,
        deadline: 5 * minute,
      });
      if (done.status === 0) report.pass(name);
      else report.fail(name, done.output);
    },
  };
}

interface FileStage {
  /** How many files run at the same time. */
  readonly together: number;
  /** Milliseconds for one file. */
  readonly deadline: number;
}

function files(name: string, how: FileStage): Stage {
  const all = testFiles(name);
  return {
    name,
    files: all,
    run: async (report, patterns) => {
      const chosen = all.filter(
        (file) => patterns.length === 0 || patterns.some((part) => matches(file, part)),
      );
      if (all.length === 0) report.fail(`${name}: no test files`, 'nothing was found');
      await runTestFiles(chosen, { ...how, report, interrupted: interrupted.signal });
    },
  };
}

function testFiles(stage: string): string[] {
  const root = join(repository, 'dist/tests', stage);
  const source = join(repository, 'tests', stage);
  // Only files whose source is still there: tsc does not remove the output of a deleted file.
  return listFiles(source)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(root, relative(source, file)).replace(/\.ts$/, '.js'))
    .sort();
}
