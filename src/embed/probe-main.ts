/**
 * `node probe-main.js LIBRARY PROGRAM`: tries in a process of its own what a gateway is going to do, and prints
 * one line for the plan: `embedding`, what came of it, and the reason or version, prefix and build, separated by
 * tabs. Python may also end this process, with its reason on the standard error output.
 */
import { writeSync } from 'node:fs';
import { ignoreSignals } from '../base/deaf.js';
import { type ForeignFunctions, loadForeignFunctions } from './foreign.js';
import { startInterpreter } from './interpreter.js';

ignoreSignals();
await probe(process.argv[2] ?? '', process.argv[3] ?? '');
process.exit(0);

async function probe(library: string, program: string): Promise<void> {
  let foreign: ForeignFunctions;
  try {
    foreign = await loadForeignFunctions();
  } catch (error) {
    say('no-koffi', firstLine(error));
    return;
  }
  try {
    const interpreter = startInterpreter(foreign, library, program);
    if (!interpreter.run(reportCode())) say('broken', 'it cannot run Python code');
  } catch (error) {
    say('broken', firstLine(error));
  }
}

function reportCode(): string {
  return [
    'import os, sys',
    'words = sys.version.split()',
    'line = "embedding\\tworks\\t%s\\t%s\\t%s\\n" % (words[0], sys.prefix, " ".join(words))',
    'os.write(1, line if str is bytes else line.encode("utf-8", "surrogateescape"))',
  ].join('\n');
}

function say(...fields: string[]): void {
  writeSync(1, `${['embedding', ...fields].join('\t')}\n`);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]?.replaceAll('\t', ' ') ?? '';
}
