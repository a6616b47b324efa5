import type { DeathCause, Event, EventOf } from '../base/events.js';
import { endText, pairText, seconds, type Wording } from './words.js';

export type DaemonEvent = Extract<Event, { type: `daemon-${string}` }>;

export function daemonWording(event: DaemonEvent): Wording {
  const where = pairText(event);
  switch (event.type) {
    case 'daemon-starting':
      return { level: 'debug', text: `daemon ${event.pid} of ${where} is starting` };
    case 'daemon-ready':
      return readyWording(event, where);
    case 'daemon-died':
      return event.expected
        ? { level: 'info', text: `daemon ${event.pid} of ${where} has ended` }
        : {
            level: 'error',
            // What it said last, such as a stack, was told when it came.
            text: `daemon ${event.pid} of ${where} ${endText(event)}${causeText(event.cause)}`,
          };
    case 'daemon-restarting':
      return {
        level: 'info',
        text: `${restartText(event)} of ${where}: ${reasonText(event)}`,
      };
    case 'daemon-kept':
      return { level: 'warn', text: keptText(event, where) };
    case 'daemon-restart-delayed':
      return {
        level: 'warn',
        text: `the next daemon of ${where} is started in ${event.milliseconds < 100 ? `${event.milliseconds} ms` : seconds(event.milliseconds / 1000)}, after ${event.failures} ${event.failures === 1 ? 'failure' : 'failures in a row'}`,
      };
    case 'daemon-start-timeout':
      return {
        level: 'error',
        text: `daemon ${event.pid} of ${where} was not ready after ${seconds(event.seconds)} (startup-timeout) and is killed`,
      };
    case 'daemon-stop-timeout':
      return {
        level: 'warn',
        text: `daemon ${event.pid} of ${where} did not end within ${seconds(event.seconds)} (shutdown-timeout) and is killed`,
      };
  }
}

/** One that lacks a script serves the others, and is not called ready. */
function readyWording(event: EventOf<'daemon-ready'>, where: string): Wording {
  const { pid, milliseconds, version, prefix, failedImports = 0 } = event;
  const after = `after ${milliseconds} ms`;
  const python = `Python ${version} in ${prefix}`;
  if (failedImports === 0)
    return { level: 'info', text: `daemon ${pid} of ${where} is ready ${after}: ${python}` };
  const scripts = failedImports === 1 ? 'a script' : `${failedImports} scripts`;
  return {
    level: 'warn',
    text: `daemon ${pid} of ${where} runs ${after}, but ${scripts} could not be imported: ${python}`,
  };
}

/** A script that has to be tried is so in another process. */
function restartText({ reason, pid }: EventOf<'daemon-restarting'>): string {
  const tried = reason === 'script-changed' || reason === 'import-retried';
  return tried ? `a successor is started for daemon ${pid}` : `daemon ${pid} is replaced`;
}

function keptText({ pid, script, reason, serves }: EventOf<'daemon-kept'>, where: string): string {
  const what = serves ? 'serves on with the old code' : 'serves on without it';
  return [
    `"${script}" could not be imported: daemon ${pid} of ${where} ${what} (${reason})`,
    'hint: it is tried again as soon as the script, or what it imports, has changed',
  ].join('\n');
}

function reasonText(event: EventOf<'daemon-restarting'>): string {
  const script = event.script === undefined ? 'a script' : `"${event.script}"`;
  switch (event.reason) {
    case 'script-changed':
      return `${script} has changed`;
    case 'import-retried':
      return `${script} could not be imported, and is tried again`;
    case 'maximum-requests':
      return 'it has served maximum-requests';
    case 'request-timeout':
      return 'a request in it ran longer than request-timeout';
    case 'unreachable':
      return 'gateways cannot connect to it, or cannot find its files; were they removed?';
    case 'application-groups':
      return 'of the application groups that it has ended too much was left';
    case 'signal':
      return 'it got a signal to end';
    default:
      return event.reason;
  }
}

function causeText(cause: DeathCause | undefined): string {
  switch (cause) {
    case undefined:
      return '';
    case 'out-of-memory':
      return ': the kernel killed it because memory was exhausted';
    case 'descriptors-closed':
      return ': its application closed descriptors of the server, which it had not opened itself, as code does that turns a program into a daemon';
    case 'journal-resized':
      return ', because it changed the length of its journal file';
    default:
      return `, because of ${cause}`;
  }
}
