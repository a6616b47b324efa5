import type { Command } from 'commander';
import { hasErrors } from '../base/diagnostic.js';
import { formatGroupLines } from '../plan/format.js';
import {
  addConfigurationOptions,
  type ConfigurationOptions,
  planConfiguration,
} from './configuration.js';
import { jsonReport } from './json-report.js';
import { commonHint, countDiagnostics, reportDiagnostics } from './report.js';
import { exitStatus, type Terminal } from './terminal.js';

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
    .option('--json', 'print the diagnostics as JSON')
    .addHelpText('after', '\nExample:\n  venvhost check -f /etc/apache2/sites-enabled/blog.conf')
    .action(async (options: ConfigurationOptions & { json?: boolean }) => {
      const { plan, diagnostics } = await planConfiguration(options);
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
          const summary = `the configuration is fine${counted === '' ? '' : `, with ${counted}`}`;
          terminal.out(`${formatGroupLines(plan)}${summary}\n`);
        }
      }
      done(errors ? exitStatus.errors : exitStatus.fine);
    });
}
