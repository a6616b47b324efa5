import type { Command } from 'commander';
import { hasErrors } from '../base/diagnostic.js';
import { inReadingOrder } from '../base/order.js';
import { formatGroupLines } from '../plan/format.js';
import { realMachine } from '../python/machine.js';
import {
  addConfigurationOptions,
  type ConfigurationOptions,
  type Planning,
  planConfiguration,
} from './configuration.js';
import { jsonReport } from './json-report.js';
import { commonHint, countDiagnostics, reportDiagnostics } from './report.js';
import { exitStatus, type Terminal } from './terminal.js';

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
      const { plan, diagnostics } = await checkConfiguration(options);
      const errors = hasErrors(diagnostics);
      if (options.json) terminal.out(`${JSON.stringify(jsonReport(diagnostics), null, 2)}\n`);
      else {
        terminal.error(
          reportDiagnostics(diagnostics, {
            colors: terminal.colors,
            shortNotes: false,
          }),
        );
        const counted = countDiagnostics(diagnostics);
        if (errors) terminal.error(`${counted}\n${commonHint(diagnostics)}`);
        else {
          const lines = formatGroupLines(plan);
          // Where all is well, the groups say so.
          const clean = diagnostics.length === 0 && lines !== '';
          const summary = `the configuration is fine${counted === '' ? '' : `, with ${counted}`}\n`;
          terminal.out(`${lines}${clean ? '' : summary}`);
        }
      }
      done(errors ? exitStatus.errors : exitStatus.fine);
    });
}

/** Scripts are imported even where the start would be refused: the more is told in one run, the better. */
async function checkConfiguration(
  options: CheckOptions,
): Promise<Pick<Planning, 'plan' | 'diagnostics'>> {
  const { plan, diagnostics, facts } = await planConfiguration(options);
  if (!options.import) return { plan, diagnostics };
  const { importScripts } = await import('../server/import-scripts.js');
  const found = await importScripts({ plan, facts, machine: realMachine() });
  return { plan, diagnostics: inReadingOrder([...diagnostics, ...found], options.file) };
}
