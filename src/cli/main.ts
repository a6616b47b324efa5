import { Command, CommanderError } from 'commander';
import { packageVersion } from '../server/package-files.js';
import { addCheck } from './check.js';
import { addExplain } from './explain.js';
import { internalErrorText } from './internal-error.js';
import { addPlan } from './plan.js';
import { addRun } from './run.js';
import { addServe } from './serve.js';
import { exitStatus, processTerminal, type Terminal } from './terminal.js';
import { addVenv } from './venv.js';

/** The `venvhost` command. Ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that has gone (`venvhost run | head`) is no reason to end the server.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const status = await runCommand(argv.slice(2), processTerminal);
  process.exitCode ||= status;
  // What still holds the event loop, such as a pipe that nobody reads, must not keep the process.
  setTimeout(() => process.exit(), 500).unref();
}

/** Runs one command line; gives its exit status. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let status: number = exitStatus.fine;
  const program = createProgram(terminal, (result) => {
    status = result;
  });
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitStatus.fine : exitStatus.usage;
    terminal.error(internalErrorText(error, process.env));
    return exitStatus.errors;
  }
}

function createProgram(terminal: Terminal, done: (status: number) => void): Command {
  const program = new Command('venvhost')
    .description(
      'Hosts Python WSGI applications, each in its own virtual environment, from mod_wsgi configuration files.',
    )
    .version(packageVersion(), '-V, --version', 'print the version')
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.error })
    .showHelpAfterError('(add --help for the options)')
    .addHelpText(
      'after',
      '\nExamples:\n  venvhost serve app.wsgi --venv ~/venvs/blog\n  venvhost check -f blog.conf\n  venvhost run -f blog.conf',
    )
    .exitOverride();
  for (const add of [addRun, addCheck, addPlan, addServe, addVenv, addExplain])
    add(program, terminal, done);
  for (const command of program.commands) {
    command.version(packageVersion(), '-V, --version', 'print the version');
  }
  return program;
}
