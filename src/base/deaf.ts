import { writeSync } from 'node:fs';

/*
 * Node opens its debugger on 127.0.0.1 when it gets SIGUSR1, and whoever reaches that port runs code as the user of
 * the process. USR1 is Apache's graceful restart and every log rotation's signal, so it will come
 * (docs/decisions/0016-signals.md).
 */
/**
 * What ends a Node process by default and means nothing to ours. Left alone are the signals of faults (a fault is to
 * end a process), those of job control, SIGQUIT (out at once, with a core) and SIGXCPU (a limit of the administrator).
 */
const meaningless = [
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGVTALRM',
  'SIGPROF',
  'SIGIO',
  'SIGPWR',
  'SIGSTKFLT',
] as const;

/** From now on they do nothing, or what `hear` does. */
export function ignoreSignals(hear: (signal: string) => void = () => {}): void {
  for (const signal of meaningless) process.on(signal, () => hear(signal));
}

/**
 * Options for a Node of ours that opens no debugger, also before its first line of JavaScript runs. Nodes before
 * 22.14 have no option for it: theirs is told an address of RFC 5737, which no machine has, and says that it cannot
 * listen there.
 */
export function withoutDebugger(): string[] {
  const option = '--disable-sigusr1';
  return process.allowedNodeEnvironmentFlags.has(option)
    ? [option]
    : ['--inspect-port=192.0.2.1:0'];
}

/**
 * For a process that was started without these options, as the command is: ends it where a signal opened the debugger
 * before anything of ours ran, as that signal ends any other program that has just been started. Closing alone
 * is not enough, since Node opens it again for the next of several signals. A debugger that was asked for stays.
 */
export function endWithDebugger(): void {
  const options = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].join(' ');
  if (/--inspect(-brk|-wait)?(\s|=|$)/.test(options) || !isDebuggerOpen()) return;
  writeSync(2, 'ended by SIGUSR1, which came while Node was starting; start it again\n');
  process.kill(process.pid, 'SIGKILL');
}

function isDebuggerOpen(): boolean {
  try {
    return process.getBuiltinModule('node:inspector').url() !== undefined;
  } catch {
    // This Node was built without one.
    return false;
  }
}
