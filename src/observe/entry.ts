import type { Event } from '../base/events.js';
import type { LogLevel } from '../plan/plan.js';
import { wordingOf } from './wording.js';

/** One entry of a log, before it is given a form. */
export interface Entry {
  readonly time: Date;
  readonly level: LogLevel;
  readonly text: string;
  readonly always: boolean;
  readonly event: Event;
  readonly processGroup?: string;
  readonly host?: number;
  readonly pid?: number;
  readonly request?: string;
}

export function entryOf(event: Event, time: Date): Entry {
  const { level, text, always } = wordingOf(event);
  const { processGroup, host, pid, request } = event as Partial<
    Pick<Entry, 'processGroup' | 'host' | 'pid' | 'request'>
  >;
  return {
    time,
    level,
    text,
    always: always ?? false,
    event,
    ...(processGroup !== undefined && { processGroup }),
    ...(host !== undefined && { host }),
    ...(pid !== undefined && { pid }),
    ...(request !== undefined && { request }),
  };
}
