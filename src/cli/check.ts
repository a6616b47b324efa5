import type { Command } from 'commander';
import { type Diagnostic, hasErrors } from '../base/diagnostic.js';
import { inReadingOrder } from '../base/order.js';
import { formatSpan } from '../base/span.js';
import { formatGroupLines } from '../plan/format.js';
import type { Plan } from '../plan/plan.js';
import { realMachine } from '../python/machine.js';
import type { Visit } from '../server/visits.js';
import {
  addConfigurationOptions,
  type ConfigurationOptions,
  type Planning,
  planConfiguration,
} from './configuration.js';
import { jsonReport } from './json-report.js';
import { commonHint, countDiagnostics, reportDiagnostics } from './report.js';
import { startDiagnostics } from './start-diagnostics.js';
import { exitStatus, type Terminal } from './terminal.js';
import { isAnswered, reportVisits } from './visits-report.js';

interface CheckOptions extends ConfigurationOptions {
  readonly json?: boolean;
  readonly import?: boolean;
}

/** `venvhost check`: all diagnostics; exit status 1 where one is an error. */
export function addCheck(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  addConfigurationOptions(
    program
      .command('check')
      .summary('say what is wrong with a configuration, and start nothing')
      .description(
        'Reads the configuration, looks at every virtual environment and says all that is wrong.\nExit status: 0 fine or warnings only, 1 errors, 2 wrong usage.',
      ),
  )
    .option(
      '--import',
      'import each script too, as the user of its process group, in a process that is thrown away',
    )
    .option('--json', 'print the diagnostics as JSON')
    .addHelpText('after', '\nExample:\n  venvhost check -f /etc/apache2/sites-enabled/blog.conf')
    .action(async (options: CheckOptions) => {
      done(await check(options, terminal));
    });
}

async function check(options: CheckOptions, terminal: Terminal): Promise<number> {
  const { plan, diagnostics } = await checkConfiguration(options);
  const { visits } = await import('../server/visits.js');
  const found = visits(plan);
  const errors = hasErrors(diagnostics);
  if (options.json) terminal.out(`${JSON.stringify(jsonReport(diagnostics, found), null, 2)}\n`);
  else {
    terminal.error(reportDiagnostics(diagnostics, { colors: terminal.colors, shortNotes: false }));
    const counted = countDiagnostics(diagnostics);
    if (errors) terminal.error(`${counted}\n${commonHint(diagnostics)}`);
    else terminal.out(summary(plan, diagnostics, found));
  }
  return errors ? exitStatus.errors : exitStatus.fine;
}

/** Which Python runs what, how many warnings there are, and at the end what a visitor would get. */
function summary(plan: Plan, diagnostics: readonly Diagnostic[], found: readonly Visit[]): string {
  const groups = formatGroupLines(plan);
  const counted = countDiagnostics(diagnostics);
  const answered = found.some(isAnswered);
  // Where all is well, the groups say so; where nobody is answered, nothing is fine.
  const silent = answered && diagnostics.length === 0 && groups !== '';
  const verdict = answered
    ? `the configuration is fine${counted === '' ? '' : `, with ${counted}`}`
    : `no errors${counted === '' ? '' : `, ${counted}`}, and nothing that is answered`;
  return `${groups}${silent ? '' : `${verdict}\n`}${reportVisits(found)}`;
}

/** Scripts are imported even where the start would be refused: the more is told in one run, the better. */
async function checkConfiguration(
  options: CheckOptions,
): Promise<Pick<Planning, 'plan' | 'diagnostics'>> {
  const { plan, diagnostics, facts, config } = await planConfiguration(options);
  const { startProblems } = await import('../server/start-problems.js');
  const machine = realMachine();
  const found = startDiagnostics(startProblems(plan), config, machine.self.uid === 0);
  if (options.import) {
    const { importScripts } = await import('../server/import-scripts.js');
    const imported = await importScripts({ plan, facts, machine });
    found.push(...imported.filter((one) => !diagnostics.some((told) => areSame(told, one))));
  }
  return { plan, diagnostics: inReadingOrder([...diagnostics, ...found], options.file) };
}

/** The text of a script tells some of what its import finds. */
function areSame(one: Diagnostic, other: Diagnostic): boolean {
  return (
    one.message === other.message &&
    one.at !== undefined &&
    other.at !== undefined &&
    formatSpan(one.at) === formatSpan(other.at)
  );
}
