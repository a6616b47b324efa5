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
  /** What the names of failures and skips begin with, such as the Python version. */
  readonly label?: string;
}

/** What node:test tells of one test; the types of Node 20 leave out some of it. */
interface Told {
  readonly name: string;
  readonly file?: string;
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
  options: TestFilesOptions,
): Promise<void> {
  const { report, together, deadline } = options;
  const outputs = new Map<string, string>();
  const seen = new Set<string>();
  const troubled = new Set<string>();
  const stream = run({ files: [...files], concurrency: together, timeout: deadline });
  for await (const event of stream as AsyncIterable<{ type: string; data: Told }>) {
    const { type, data } = event;
    const file = data.file ?? '';
    if (type === 'test:stdout' || type === 'test:stderr') {
      const kept = (outputs.get(file) ?? '') + (data.message ?? '');
      outputs.set(file, kept.slice(-60_000));
    } else if (type === 'test:pass' || type === 'test:fail') {
      judge(event.type === 'test:pass', data, { report, seen, troubled, label: options.label });
    }
  }
  for (const file of files) {
    if (!seen.has(file)) {
      report.fail(title(file, 'the file', options.label), 'no test in it was run');
      troubled.add(file);
    }
    if (troubled.has(file) && outputs.has(file))
      report.note(`output of ${relative(repository, file)}`, outputs.get(file)!);
  }
}

interface Tally {
  readonly report: Report;
  readonly seen: Set<string>;
  readonly troubled: Set<string>;
  readonly label: string | undefined;
}

function judge(passed: boolean, told: Told, { report, seen, troubled, label }: Tally): void {
  const file = told.file ?? '';
  const wholeFile = told.name === file || told.name.endsWith('.test.js');
  // Suites, files and tests with subtests repeat what their parts have told already.
  if (passed && (wholeFile || told.details?.type === 'suite')) return;
  if (!passed && told.details?.error?.failureType === 'subtestsFailed') {
    troubled.add(file);
    return;
  }
  seen.add(file);
  const name = title(file, wholeFile ? 'the file' : told.name, label);
  if (told.skip !== undefined && told.skip !== false) {
    report.skip(
      name,
      typeof told.skip === 'string' && told.skip !== '' ? told.skip : 'no reason given',
    );
  } else if (passed) {
    report.pass(name);
  } else {
    troubled.add(file);
    report.fail(name, describe(told.details?.error));
  }
}

function title(file: string, name: string, label: string | undefined): string {
  const short = relative(`${repository}/dist/tests`, file).replace(/\.test\.js$/, '');
  return `${label ? `${label}: ` : ''}${short}: ${name}`;
}

/** node:test wraps what a test threw; the cause has the stack that points into the test. */
function describe(error: TestError | undefined): string {
  if (!error) return 'failed without an error';
  const cause = error.cause;
  return cause instanceof Error ? inspect(cause, { depth: 4 }) : `${error.message}`;
}
