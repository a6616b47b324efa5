import type { Command } from 'commander';
import type { ListenAddress } from '../config/config.js';
import { parseCount, parseListen } from './arguments.js';
import {
  addConfigurationOptions,
  type ConfigurationOptions,
  planConfiguration,
} from './configuration.js';
import { addLogFormat, type LogFormat, loadServer, runInForeground } from './foreground.js';
import type { Terminal } from './terminal.js';

interface RunOptions extends ConfigurationOptions {
  readonly listen?: ListenAddress[];
  readonly gateways?: number;
  readonly logFormat?: LogFormat;
}

/** `venvhost run`: the server, in the foreground. */
export function addRun(program: Command, terminal: Terminal, done: (status: number) => void): void {
  const command = addConfigurationOptions(
    program
      .command('run')
      .summary('run the server of a configuration in the foreground')
      .description(
        'Runs the server. Its log goes to standard error, its addresses to standard output.\nSIGINT (Ctrl-C) and SIGTERM let requests finish and stop it; a second one stops it at once.\nExit status: 0 stopped, 1 not started because of errors, 2 wrong usage.',
      ),
  )
    .option(
      '--listen <[address:]port>',
      'listen here instead of what Listen says; may be repeated',
      (text: string, before: ListenAddress[] | undefined) => [...(before ?? []), parseListen(text)],
    )
    .option('--gateways <n>', 'number of gateway processes', parseCount);
  addLogFormat(command)
    .addHelpText(
      'after',
      '\nExamples:\n  venvhost run -f blog.conf\n  venvhost run -f common.conf -f blog.conf -D STAGING --listen 127.0.0.1:9000',
    )
    .action(async (options: RunOptions) => {
      const running = loadServer();
      const planning = await planConfiguration(options, {
        ...(options.listen && { listen: options.listen }),
        ...(options.gateways !== undefined && { gateways: options.gateways }),
      });
      done(
        await runInForeground(planning, {
          running,
          terminal,
          logFormat: options.logFormat,
          portOption: '--listen ',
        }),
      );
    });
}
