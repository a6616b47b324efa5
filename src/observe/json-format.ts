import { pino } from 'pino';
import type { Entry } from './entry.js';

/** JSON lines for machines: level, time, msg and all fields of the event, in pino's form. */
export function jsonWriter(write: (line: string) => void): (entry: Entry) => void {
  const logger = pino(
    {
      level: 'trace',
      base: null,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
  return (entry) => {
    const {
      text: _sameAsMessage,
      level: _sameAsLevel,
      ...fields
    } = entry.event as typeof entry.event & { text?: string; level?: string };
    logger[entry.level]({ time: entry.time.toISOString(), ...fields }, entry.text);
  };
}
