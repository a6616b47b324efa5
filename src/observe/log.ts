import type { Emit } from '../base/events.js';
import type { LogLevel, Plan } from '../plan/plan.js';
import { type Appender, createAppender } from './appender.js';
import { type Entry, entryOf } from './entry.js';
import { fileFormat } from './file-format.js';
import { jsonWriter } from './json-format.js';
import { isTold } from './levels.js';
import { terminalFormat } from './terminal-format.js';

export interface LogOptions {
  readonly plan: Plan;
  /** Where everything goes: 2, standard error, as other servers do. */
  readonly terminalFd: number;
  /** Lines for people, or JSON lines. */
  readonly form: 'pretty' | 'plain' | 'json';
  /** Open descriptors in the order of `Plan.logs`. */
  readonly files: readonly number[];
  readonly now?: () => Date;
}

export interface Log {
  readonly emit: Emit;
  /** Writes what is left. */
  close(): Promise<void>;
}

/** Milliseconds that the end of the server waits for a log that is slow. */
const flushTime = 1000;

/** Sends each event to the terminal, and to the error log of its group or host where there is one. */
export function openLog(options: LogOptions): Log {
  const now = options.now ?? (() => new Date());
  const lost = (count: number) => emit({ type: 'events-dropped', count });
  const terminal = createAppender({ fd: options.terminalFd, lost });
  const files: Appender[] = options.files.map((fd) => createAppender({ fd, lost }));
  const toTerminal = terminalWriter(options.form, terminal);
  const emit: Emit = (event) => {
    const entry = entryOf(event, now());
    const { level, file } = destination(options.plan, entry);
    if (!entry.always && !isTold(entry.level, level)) return;
    toTerminal(entry);
    if (file !== undefined) files[file]?.write(fileFormat(entry));
  };
  return {
    emit,
    async close() {
      await Promise.all([terminal, ...files].map((appender) => appender.flush(flushTime)));
    },
  };
}

function terminalWriter(form: LogOptions['form'], terminal: Appender): (entry: Entry) => void {
  if (form === 'json') return jsonWriter(terminal.write);
  const format = terminalFormat({ colors: form === 'pretty' });
  return (entry) => terminal.write(format(entry));
}

/** LogLevel and error log that count for an entry: those of its process group, else its host, else the server. */
export function destination(plan: Plan, entry: Entry): { level: LogLevel; file?: number } {
  const host = entry.host === undefined ? undefined : plan.hosts[entry.host];
  const group =
    host === undefined
      ? plan.processGroups.find(({ name }) => name === entry.processGroup)
      : undefined;
  const file = host?.errorLog ?? group?.errorLog ?? plan.errorLog;
  const level = host?.logLevel ?? plan.logLevel;
  return file === undefined ? { level } : { level, file };
}
