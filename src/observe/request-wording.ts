import type { EventOf } from '../base/events.js';
import { originText, pairText, quote, type Wording } from './words.js';

export type RequestEvent = EventOf<
  | 'request-rejected'
  | 'request-denied'
  | 'request-failed'
  | 'response-cut'
  | 'response-truncated-to-length'
  | 'requests-moved'
>;

export function requestWording(event: RequestEvent): Wording {
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
        text: `${event.status} for ${quote(event.target)} of ${event.client}: ${event.reason}${originText(event)}`,
      };
    case 'response-cut':
      return {
        level: 'error',
        text: `response to ${quote(event.target)} of ${event.client} broken off: ${event.reason}${originText(event)}`,
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
