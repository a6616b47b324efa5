import { createRequire } from 'node:module';
import type { Logger, pino as Pino } from 'pino';
import type { Entry } from './entry.js';

/** JSON lines for machines: level, time, msg and all fields of the event, in pino's form. */
export function jsonWriter(write: (line: string) => void): (entry: Entry) => void {
  let logger: Logger | undefined;
  return (entry) => {
    logger ??= makeLogger(write);
    const {
      text: _sameAsMessage,
      level: _sameAsLevel,
      ...fields
    } = entry.event as typeof entry.event & { text?: string; level?: string };
    logger[entry.level]({ time: entry.time.toISOString(), ...fields }, entry.text);
  };
}

/** Loaded with the first entry: a server without trouble may write none, and starts sooner. */
function makeLogger(write: (line: string) => void): Logger {
  const { pino } = createRequire(import.meta.url)('pino') as { pino: typeof Pino };
  return pino(
    {
      level: 'trace',
      base: null,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write },
  );
}
