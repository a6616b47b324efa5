import type { DeathCause, Event, EventOf } from '../base/events.js';
import type { LogLevel } from '../plan/plan.js';

/** How an event reads. */
export interface Wording {
  readonly level: LogLevel;
  /** One sentence, lower case; further lines are indented by whoever prints them. */
  readonly text: string;
  /** Told whatever LogLevel says: what applications write, and the server's start and end. */
  readonly always?: boolean;
}

/** The one place that says how an event reads in a log. */
export function wordingOf(event: Event): Wording {
  switch (event.type) {
    case 'server-starting':
      return { level: 'info', text: `venvhost ${event.version} starts as process ${event.pid}` };
    case 'open-files':
      return {
        level: 'info',
        text: `needs ${event.needed} open files for its processes, and may have ${event.limit}`,
      };
    case 'server-listening':
      return always(`listening on ${event.addresses.join(' ')}`);
    case 'server-stopping':
      return always(`stopping: ${event.reason}`);
    case 'server-stopped':
      return always('stopped');
    case 'server-failed':
      return { level: 'error', text: `the server cannot go on: ${event.message}` };
    case 'survivor-ended':
      return {
        level: 'warn',
        text: `process ${event.pid} (${quote(event.command)}), which an application had started apart from its daemon, is killed`,
      };
    case 'gateway-draining':
      return always(drainingText(event));
    case 'signal-ignored':
      return {
        level: 'warn',
        text: `got ${event.signal}, which means nothing here: to read the configuration again or to open other log files, restart the server`,
      };
    case 'socket-folder-removed':
      return {
        level: 'warn',
        text: `the folder of sockets ${quote(event.gone)} was removed or changed while the server runs; new processes use ${quote(event.path)}`,
      };
    case 'gateway-up':
      return { level: 'info', text: `gateway ${event.gateway} is up as process ${event.pid}` };
    case 'gateway-died':
      return {
        level: 'error',
        text: `gateway ${event.gateway}, process ${event.pid}, ${ending(event)}; it is started again${quoted(event.lastLines)}`,
      };
    case 'gateway-frozen':
      return {
        level: 'error',
        text: `gateway ${event.gateway}, process ${event.pid}, has not answered for ${seconds(event.seconds)} and is killed`,
      };
    case 'embedded-ready':
      return {
        level: 'info',
        text: `embedded mode is ready in gateway ${event.gateway}: Python ${event.version} of ${event.prefix}, after ${event.milliseconds} ms`,
      };
    case 'group-broken':
      return { level: 'error', text: brokenText(event) };
    case 'interpreters-unavailable':
      return {
        level: 'info',
        text: `Python ${event.version} has no sub-interpreters: each application group of ${groupText(event.processGroup)} gets processes of its own`,
      };
    case 'application-group-refused':
      return {
        level: 'error',
        text: `no process is started for application group ${quote(event.applicationGroup)}: ${groupText(event.processGroup)} has ${event.limit} already`,
      };
    case 'application-group-ended':
      return {
        level: 'info',
        text: `the processes of application group ${quote(event.applicationGroup)} of ${groupText(event.processGroup)} end: no request needs them any more`,
      };
    case 'application-output':
      return { level: 'info', text: event.text.replace(/\n+$/, ''), always: true };
    case 'runtime-message':
      return { level: event.level, text: withHint(event.text, event.hint) };
    case 'events-repeated':
      return {
        level: 'warn',
        text: `${event.count} more within a second as told before (${event.event}): ${event.reason}${from(event)}`,
      };
    case 'heads-dropped':
      return {
        level: 'warn',
        text: `${event.count} ${event.count === 1 ? 'connection was' : 'connections were'} closed with 408, the oldest first: request heads that were not finished held more than ${event.bytes / 1048576} MiB`,
      };
    case 'threads-busy':
      return { level: 'warn', text: busyText(event) };
    case 'threads-free':
      return {
        level: 'info',
        text: `a thread of ${pairText(event)} is free again, after ${seconds(event.seconds)}`,
      };
    case 'answers-held':
      return {
        level: 'warn',
        text: `${event.count} ${event.count === 1 ? 'answer holds its thread' : 'answers hold their threads'}, because clients read slowly and ${event.failure === undefined ? 'as much as may be waits on disk already' : `the disk takes nothing: ${event.failure}`}`,
      };
    case 'events-dropped':
      return {
        level: 'warn',
        text: `${event.count} log ${event.count === 1 ? 'line was' : 'lines were'} dropped: the log cannot be written as fast as lines come, or not at all`,
      };
    default:
      return isDaemonEvent(event) ? daemonWording(event) : requestWording(event);
  }
}

type DaemonEvent = EventOf<
  | 'daemon-starting'
  | 'daemon-ready'
  | 'daemon-died'
  | 'daemon-restarting'
  | 'daemon-kept'
  | 'daemon-restart-delayed'
  | 'daemon-start-timeout'
  | 'daemon-stop-timeout'
>;
type RequestEvent = EventOf<
  | 'request-rejected'
  | 'request-denied'
  | 'request-failed'
  | 'response-cut'
  | 'response-truncated-to-length'
  | 'requests-moved'
>;

function isDaemonEvent(event: DaemonEvent | RequestEvent): event is DaemonEvent {
  return event.type.startsWith('daemon-');
}

function daemonWording(event: DaemonEvent): Wording {
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
            text: `daemon ${event.pid} of ${where} ${ending(event)}${causeText(event.cause)}`,
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

function requestWording(event: RequestEvent): Wording {
  switch (event.type) {
    case 'request-rejected':
      return {
        level: 'info',
        text: `request of ${event.client} rejected with ${event.status}: ${event.reason}`,
      };
    case 'request-denied':
      return { level: 'error', text: deniedText(event) };
    case 'request-failed':
      return {
        level: 'error',
        text: `${event.status} for ${quote(event.target)} of ${event.client}: ${event.reason}${from(event)}`,
      };
    case 'response-cut':
      return {
        level: 'error',
        text: `response to ${quote(event.target)} of ${event.client} broken off: ${event.reason}${from(event)}`,
      };
    case 'response-truncated-to-length':
      return {
        level: 'warn',
        text: `the application sent more for ${quote(event.target)} than its Content-Length of ${event.declared} bytes; the rest was cut`,
      };
    case 'requests-moved':
      return {
        level: 'warn',
        text: `${event.count} ${event.count === 1 ? 'request was' : 'requests were'} moved from daemon ${event.pid} of ${pairText(event)} to another one: ${event.reason}`,
      };
  }
}

/** Says what to write, because this is the mistake that everybody makes once. */
function deniedText(event: EventOf<'request-denied'>): string {
  const denied = `403 for ${quote(event.target)} of ${event.client}: access to ${quote(event.path)} is denied by the configuration`;
  if (event.closed !== undefined)
    return `403 for ${quote(event.target)} of ${event.client}: closed, because ${event.closed} may guard it and is not supported`;
  if (event.directory === undefined) return denied;
  return [
    `${denied}; to allow it, add`,
    `<Directory ${/^[\w./-]+$/.test(event.directory) ? event.directory : quote(event.directory)}>`,
    '    Require all granted',
    '</Directory>',
  ].join('\n');
}

function busyText(event: EventOf<'threads-busy'>): string {
  const { threads, waiting } = event;
  return [
    `${threads === 1 ? 'the thread' : `all ${threads} threads`} of ${pairText(event)} ${threads === 1 ? 'has' : 'have'} been busy for 10 s, and ${waiting === 0 ? 'no request waits' : waiting === 1 ? '1 request waits' : `${waiting} requests wait`}; the oldest one, ${quote(event.target)}, has run for ${seconds(event.seconds)}`,
    'hint: more threads= let others run meanwhile, and request-timeout= ends what hangs',
  ].join('\n');
}

function brokenText(event: EventOf<'group-broken'>): string {
  const text = `${groupText(event.processGroup)} cannot run: ${event.message} [${event.code}]`;
  return withHint(text, event.hint);
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}\nhint: ${hint}`;
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

function ending({ code, signal }: { code: number | null; signal: string | null }): string {
  if (signal !== null) return `was ended by ${signal}`;
  if (code === null) return 'could not be started';
  return `ended with exit status ${code}`;
}

function drainingText({ requests, oldest, seconds: limit }: EventOf<'gateway-draining'>): string {
  const told = oldest.map(({ target, seconds: age }) => `${quote(target)}, for ${seconds(age)}`);
  const more = requests > told.length ? `; and ${requests - told.length} more` : '';
  const count = `${requests} ${requests === 1 ? 'request' : 'requests'}`;
  return `waiting up to ${seconds(limit)} for ${count} (${told.join('; ')}${more}); the same signal again ends it at once`;
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

function quoted(lines: readonly string[]): string {
  return lines.length === 0
    ? ''
    : `; its last output:\n${lines.map((line) => `| ${line}`).join('\n')}`;
}

function from({ processGroup, pid }: { processGroup?: string; pid?: number }): string {
  if (processGroup === undefined) return '';
  const process = processGroup === '' ? 'gateway process' : 'daemon';
  return ` (${groupText(processGroup)}${pid === undefined ? '' : `, ${process} ${pid}`})`;
}

function pairText(pair: { processGroup: string; applicationGroup: string }): string {
  const group = groupText(pair.processGroup);
  return pair.applicationGroup === ''
    ? group
    : `${group}, application group "${pair.applicationGroup}"`;
}

function groupText(name: string): string {
  return name === '' ? 'embedded mode' : `process group "${name}"`;
}

/** Data of a client: control characters must not reach a terminal or start a line. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function seconds(value: number): string {
  return `${Math.round(value * 10) / 10} s`;
}

function always(text: string): Wording {
  return { level: 'info', text, always: true };
}
