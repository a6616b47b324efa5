import type { Event, EventOf } from '../base/events.js';
import { type DaemonEvent, daemonWording } from './daemon-wording.js';
import { type RequestEvent, requestWording } from './request-wording.js';
import {
  always,
  endText,
  groupText,
  lastOutput,
  originText,
  pairText,
  quote,
  seconds,
  type Wording,
  withHint,
} from './words.js';

/** How an event reads in a log. The words for it stand in this folder and nowhere else. */
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
      return always(`stopping${event.atOnce ? ' at once' : ''}: ${event.reason}`);
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
        text: `gateway ${event.gateway}, process ${event.pid}, ${endText(event)}; it is started again${lastOutput(event.lastLines)}`,
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
        text: `${event.count} more within a second as told before (${event.event}): ${event.reason}${originText(event)}`,
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

function isDaemonEvent(event: DaemonEvent | RequestEvent): event is DaemonEvent {
  return event.type.startsWith('daemon-');
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

function drainingText({ requests, oldest, seconds: limit }: EventOf<'gateway-draining'>): string {
  const told = oldest.map(({ target, seconds: age }) => `${quote(target)}, for ${seconds(age)}`);
  const more = requests > told.length ? `; and ${requests - told.length} more` : '';
  const count = `${requests} ${requests === 1 ? 'request' : 'requests'}`;
  return `waiting up to ${seconds(limit)} for ${count} (${told.join('; ')}${more}); the same signal again ends it at once`;
}
