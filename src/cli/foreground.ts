import { type Command, Option } from 'commander';
import pico from 'picocolors';
import { endWithDebugger, ignoreSignals } from '../base/deaf.js';
import { type Log, openLog } from '../observe/log.js';
import { formatGroupLines } from '../plan/format.js';
import type { Server } from '../server/start-server.js';
import type { Planning } from './configuration.js';
import { internalErrorText, isInternal } from './internal-error.js';
import { commonHint, countDiagnostics, reportDiagnostics } from './report.js';
import { startFailure } from './start-failure.js';
import { exitStatus, type Terminal } from './terminal.js';

export type LogFormat = 'pretty' | 'json';

export function addLogFormat(command: Command): Command {
  return command.addOption(
    new Option(
      '--log-format <form>',
      'log on standard error for people or as JSON lines (default: pretty on a terminal, else json)',
    ).choices(['pretty', 'json']),
  );
}

/** The running half. Begun before planning, it is loaded while that waits for interpreters. */
export const loadServer = () => import('../server/start-server.js');

export interface ForegroundOptions {
  readonly running: ReturnType<typeof loadServer>;
  readonly terminal: Terminal;
  readonly logFormat: LogFormat | undefined;
  /** How the command line states another port, up to the number. */
  readonly portOption: string;
}

/** Runs a plan until a signal ends it; gives the exit status. Nothing starts where the plan is refused. */
export async function runInForeground(
  { plan, diagnostics, refused }: Omit<Planning, 'facts' | 'config'>,
  { running, terminal, logFormat, portOption }: ForegroundOptions,
): Promise<number> {
  terminal.error(
    reportDiagnostics(diagnostics, {
      colors: terminal.colors,
      shortNotes: true,
    }),
  );
  if (refused) {
    terminal.error(`not started: ${countDiagnostics(diagnostics)}\n${commonHint(diagnostics)}`);
    return exitStatus.errors;
  }
  const signals = catchStopSignals();
  let log: Log | undefined;
  ignoreSignals((signal) => log?.emit({ type: 'signal-ignored', signal }));
  // One that a signal opened just before the command's first line may have come up after it.
  endWithDebugger();
  const openIt = (files: readonly number[]) => {
    log = openLog({ plan, files, terminalFd: 2, form: formOf(logFormat) });
    return log;
  };
  try {
    const { startServer } = await running;
    const server = await startServer(plan, { openLog: openIt });
    terminal.out(`${server.addresses.join('\n')}\n${formatGroupLines(plan)}`);
    const failed = (message: string) => log?.emit({ type: 'server-failed', message });
    await untilStopped(server, signals, failed);
    return exitStatus.fine;
  } catch (error) {
    if (isInternal(error)) throw error;
    terminal.error(startFailure(error as Error, plan, portOption));
    return exitStatus.errors;
  }
}

function formOf(asked: LogFormat | undefined): 'pretty' | 'plain' | 'json' {
  const form = asked ?? (process.stderr.isTTY ? 'pretty' : 'json');
  return form === 'pretty' && !pico.isColorSupported ? 'plain' : form;
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds in which a signal counts once: npm and `timeout` pass on what the terminal sends anyway. */
const sameSignal = 500;

interface StopSignals {
  /** As if a signal had come. */
  give(reason: string): void;
  /** What the first one does from now on, also where it came before, and what a second one does. */
  heed(first: (reason: string) => void, second: (reason: string) => void): void;
}

/** From the first moment: a server that is ended while it starts would leave files behind. A second one ends it so. */
function catchStopSignals(): StopSignals {
  let asked: { readonly reason: string; readonly at: number } | undefined;
  let first = (_reason: string): void => {};
  let second = (_reason: string): void => process.exit(exitStatus.errors);
  const give = (reason: string) => {
    if (asked === undefined) {
      asked = { reason, at: performance.now() };
      first(reason);
    } else if (performance.now() - asked.at > sameSignal) second(reason);
  };
  for (const signal of stopSignals) process.on(signal, () => give(signal));
  return {
    give,
    heed(doFirst, doSecond) {
      first = doFirst;
      second = doSecond;
      if (asked !== undefined) first(asked.reason);
    },
  };
}

/** The first signal stops the server in order, a second one at once. */
function untilStopped(
  server: Server,
  signals: StopSignals,
  failed: (message: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // A mistake of ours must not leave processes behind that nobody watches.
    process.on('uncaughtException', (error) => {
      failed(internalErrorText(error, process.env).trimEnd());
      process.exitCode = exitStatus.errors;
      signals.give('an error of its own');
      server.stopNow('an error of its own');
    });
    const stop = (reason: string) => {
      leaveLine(reason);
      server.stop(`got ${reason}`).then(resolve, reject);
    };
    signals.heed(stop, (reason) => {
      leaveLine(reason);
      server.stopNow(`got ${reason}`);
    });
  });
}

/** The terminal has just written ^C. */
function leaveLine(reason: string): void {
  if (reason === 'SIGINT' && process.stderr.isTTY) process.stderr.write('\n');
}
