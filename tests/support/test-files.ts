import { relative } from 'node:path';
import { run } from 'node:test';
import { inspect } from 'node:util';
import type { Report } from './report.js';
import { repository } from './run-folder.js';

export interface TestFilesOptions {
  readonly report: Report;
  /** How many files run at the same time, each in a process of its own. */
  readonly together: number;
  /** Milliseconds for one file. */
  readonly deadline: number;
  /** Ends the files that run. */
  readonly interrupted: AbortSignal;
}

/** What node:test tells of one test; the types of Node 20 leave out some of it. */
interface Told {
  readonly name: string;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly message?: string;
  readonly details?: { readonly type?: string; readonly error?: TestError };
}

interface TestError extends Error {
  readonly failureType?: string;
}

/** Runs test files with node:test and tells the report of every single test. */
export async function runTestFiles(
  files: readonly string[],
  { report, together, deadline, interrupted }: TestFilesOptions,
): Promise<void> {
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file && !interrupted.aborted; file = waiting.shift())
      await runTestFile(file, { report, deadline, interrupted });
  };
  await Promise.all(Array.from({ length: together }, work));
}

async function runTestFile(
  file: string,
  { report, deadline, interrupted }: Omit<TestFilesOptions, 'together'>,
): Promise<void> {
  const tally: Tally = { file, report, seen: 0, troubled: false };
  let output = '';
  const stream = run({ files: [file], timeout: deadline, signal: interrupted });
  for await (const event of stream as AsyncIterable<{ type: string; data: Told }>) {
    const { type, data } = event;
    if (type === 'test:stdout' || type === 'test:stderr')
      output = (output + (data.message ?? '')).slice(-60_000);
    else if (type === 'test:pass' || type === 'test:fail') judge(type === 'test:pass', data, tally);
  }
  if (tally.seen === 0) {
    tally.troubled = true;
    report.fail(title(file, 'the file'), 'no test in it was run');
  }
  if (tally.troubled && output !== '')
    report.note(`output of ${relative(repository, file)}`, output);
}

interface Tally {
  readonly file: string;
  readonly report: Report;
  seen: number;
  troubled: boolean;
}

function judge(passed: boolean, told: Told, tally: Tally): void {
  const { file, report } = tally;
  const wholeFile = told.name === file || told.name === relative(process.cwd(), file);
  // Suites, files and tests with subtests repeat what their parts have told already.
  if (passed && (wholeFile || told.details?.type === 'suite')) return;
  if (!passed && told.details?.error?.failureType === 'subtestsFailed') {
    tally.troubled = true;
    return;
  }
  tally.seen++;
  const name = title(file, wholeFile ? 'the file' : told.name);
  if (told.skip !== undefined && told.skip !== false) {
    const reason =
      typeof told.skip === 'string' && told.skip !== '' ? told.skip : 'no reason given';
    report.skip(name, reason);
  } else if (passed) {
    report.pass(name);
  } else {
    tally.troubled = true;
    report.fail(name, describe(told.details?.error));
  }
}

function title(file: string, name: string): string {
  const short = relative(`${repository}/dist/tests`, file).replace(/\.test\.js$/, '');
  return `${short}: ${name}`;
}

/** node:test wraps what a test threw; the cause has the stack that points into the test. */
function describe(error: TestError | undefined): string {
  if (!error) return 'failed without an error';
  const cause = error.cause;
  return cause instanceof Error ? inspect(cause, { depth: 4 }) : `${error.message}`;
}
