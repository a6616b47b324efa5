import { type Command, Option } from 'commander';
import pico from 'picocolors';
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
  { plan, diagnostics, refused }: Omit<Planning, 'facts'>,
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
  /** From now on signals come here, the one first that came before. */
  tell(onSignal: (signal: string) => void): void;
}

/** From the first moment: a server that is ended while it starts would leave files behind. A second one ends it so. */
function catchStopSignals(): StopSignals {
  let early: string | undefined;
  let earlyAt = 0;
  let tell = (signal: string) => {
    if (early !== undefined && performance.now() - earlyAt > sameSignal)
      process.exit(exitStatus.errors);
    early ??= signal;
    earlyAt ||= performance.now();
  };
  for (const signal of stopSignals) process.on(signal, () => tell(signal));
  return {
    tell(onSignal) {
      tell = onSignal;
      if (early !== undefined) onSignal(early);
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
    let askedAt: number | undefined;
    const onSignal = (signal: string) => {
      if (askedAt !== undefined) {
        if (performance.now() - askedAt > sameSignal) server.stopNow();
        return;
      }
      askedAt = performance.now();
      // The terminal has just written ^C.
      if (signal === 'SIGINT' && process.stderr.isTTY) process.stderr.write('\n');
      server.stop(`got ${signal}`).then(resolve, reject);
    };
    // A mistake of ours must not leave processes behind that nobody watches.
    process.on('uncaughtException', (error) => {
      failed(internalErrorText(error, process.env).trimEnd());
      process.exitCode = exitStatus.errors;
      onSignal('an error of its own');
      server.stopNow();
    });
    signals.tell(onSignal);
  });
}
