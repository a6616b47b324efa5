import type { Command } from 'commander';
import { hasErrors } from '../base/diagnostic.js';
import { formatPlan } from '../plan/format.js';
import {
  addConfigurationOptions,
  type ConfigurationOptions,
  planConfiguration,
} from './configuration.js';
import { commonHint, reportDiagnostics } from './report.js';
import { exitStatus, type Terminal } from './terminal.js';

/** `venvhost plan`: what would run, for people or as JSON. */
export function addPlan(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  addConfigurationOptions(
    program
      .command('plan')
      .summary('show what would run')
      .description(
        'Shows what a configuration comes to: addresses, hosts, mounts, and the Python of each process group.\nExit status: 0 fine or warnings only, 1 errors, 2 wrong usage.',
      ),
  )
    .option('--json', 'print the whole plan as JSON')
    .addHelpText('after', '\nExample:\n  venvhost plan -f blog.conf --json')
    .action(async (options: ConfigurationOptions & { json?: boolean }) => {
      const { plan, diagnostics } = await planConfiguration(options);
      terminal.error(
        `${reportDiagnostics(diagnostics, {
          colors: terminal.colors,
          shortNotes: true,
        })}${commonHint(diagnostics)}`,
      );
      terminal.out(options.json ? `${JSON.stringify(plan, null, 2)}\n` : formatPlan(plan));
      done(hasErrors(diagnostics) ? exitStatus.errors : exitStatus.fine);
    });
}
