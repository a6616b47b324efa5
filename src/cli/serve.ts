import type { Command } from 'commander';
import { refusesStart } from '../plan/build.js';
import { planForScript } from '../plan/for-script.js';
import { realMachine } from '../python/machine.js';
import { parseAddress, parseCount, parseMount, parsePort } from './arguments.js';
import { addLogFormat, type LogFormat, loadServer, runInForeground } from './foreground.js';
import type { Terminal } from './terminal.js';

interface ServeOptions {
  readonly venv?: string;
  readonly pythonPath?: readonly string[];
  readonly port: number;
  readonly host: string;
  readonly callable?: string;
  readonly processes?: number;
  readonly threads?: number;
  readonly mount?: string;
  readonly user?: string;
  readonly group?: string;
  readonly logFormat?: LogFormat;
}

/** `venvhost serve SCRIPT`: one application with no configuration file, through the same plan. */
export function addServe(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  const command = program
    .command('serve')
    .summary('serve one WSGI script, with no configuration file')
    .description(
      'Serves one application. Its virtual environment is --venv, else the active one, else venv, .venv or env beside the script, else the first python3 of PATH.',
    )
    .argument('<script>', 'file with the callable object, such as app.wsgi')
    .option('--venv <folder>', 'root of the virtual environment')
    .option(
      '--python-path <folders>',
      'where its own modules are; several with : between',
      (text) => text.split(':').filter(Boolean),
    )
    .option('--port <n>', 'port; 0 is any free one', parsePort, 8080)
    .option('--host <address>', 'IP address to listen on', parseAddress, '127.0.0.1')
    .option('--callable <name>', 'name of the callable object (default: application)')
    .option('--processes <n>', 'number of processes (default: 1)', parseCount)
    .option('--threads <n>', 'threads in each process (default: 15)', parseCount)
    .option('--mount </path>', 'URL path of the application (default: /)', parseMount)
    .option('--user <name>', 'run as this user; needs root')
    .option('--group <name>', 'run as this group; needs root');
  addLogFormat(command)
    .addHelpText(
      'after',
      '\nExamples:\n  venvhost serve app.wsgi\n  venvhost serve mysite/wsgi.py --python-path . --venv ~/venvs/mysite',
    )
    .action(async (script: string, options: ServeOptions) => {
      const { logFormat, port, host, ...rest } = options;
      const running = loadServer();
      const planned = await planForScript(
        { ...rest, script, folder: process.cwd(), listen: [{ address: host, port }] },
        realMachine(),
      );
      const refused = refusesStart(planned.plan, planned.diagnostics);
      done(
        await runInForeground(
          { ...planned, refused },
          { running, terminal, logFormat, portOption: '--port ' },
        ),
      );
    });
}
