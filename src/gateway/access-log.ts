import type { AccessLogPlan, FormatPart, HostPlan } from '../plan/plan.js';
import type { Logged } from './http/exchange.js';
import { ownPort, serverName } from './routing/canonical.js';
import { headerOf } from './routing/variables.js';
import type { AccessRecord } from './services.js';

/** Writes one line, line feed included. Must not block. */
export type WriteLine = (line: string) => void;

interface Line {
  readonly exchange: Logged;
  readonly host: HostPlan;
  readonly record: AccessRecord;
  /** Seconds since the epoch when the answer was complete. */
  readonly endedAt: number;
}

type Field = Exclude<FormatPart, string>;
type Write = (line: Line) => string;

/** The access log of one host: a function that writes a request to all its logs. */
export function compileAccessLogs(
  logs: readonly AccessLogPlan[],
  outputs: readonly WriteLine[],
): (line: Line) => void {
  const writers = logs.map(({ log, format }) => ({
    output: outputs[log],
    parts: format.map(compilePart),
  }));
  return (line) => {
    for (const { output, parts } of writers) {
      if (!output) continue;
      let text = '';
      for (const part of parts) text += typeof part === 'string' ? part : part(line);
      output(`${text}\n`);
    }
  };
}

function compilePart(part: FormatPart): string | Write {
  if (typeof part === 'string') return part;
  const write = compileField(part);
  const { statuses } = part;
  if (!statuses) return write;
  return (line) =>
    statuses.codes.includes(line.exchange.status) !== statuses.not ? write(line) : '-';
}

/** Source: Apache's mod_log_config. What the server does not know is `-`. */
function compileField({ field, argument = '' }: Field): Write {
  switch (field) {
    case 'h':
    case 'a':
      return ({ exchange }) => exchange.peer.remoteAddress || '-';
    case 'A':
      return ({ exchange }) => exchange.peer.localAddress || '-';
    case 't':
      return timeField(argument);
    case 'r':
      return ({ exchange }) =>
        exchange.unparsed
          ? '-'
          : escapeLog(`${exchange.method} ${exchange.asSent} HTTP/${exchange.version}`);
    case 's':
      return ({ exchange }) => String(exchange.status || '-');
    case 'b':
      return ({ exchange }) => String(exchange.bytesOut || '-');
    case 'B':
    case 'O':
      return ({ exchange }) => String(exchange.bytesOut);
    case 'I':
      return ({ exchange }) => String(exchange.bytesIn);
    case 'D':
      return ({ exchange, endedAt }) =>
        String(Math.max(0, Math.round((endedAt - exchange.startedAt) * 1e6)));
    case 'T':
      return durationField(argument);
    case 'm':
      return ({ exchange }) => exchange.method;
    case 'U':
      return ({ record }) => escapeLog(record.path);
    case 'q':
      return ({ record }) => (record.query === '' ? '' : escapeLog(`?${record.query}`));
    case 'H':
      return ({ exchange }) => (exchange.unparsed ? '-' : `HTTP/${exchange.version}`);
    case 'v':
      return ({ host }) => host.name;
    case 'V':
      return ({ exchange, host, record }) =>
        serverName(host, exchange.host, record.settings ?? host.settings);
    case 'p':
      return portField(argument);
    case 'P':
      return () => String(process.pid);
    case 'f':
      return ({ record }) => escapeLog(record.file ?? '-');
    case 'L':
      return ({ record }) => record.requestId;
    case 'k':
      return ({ exchange }) => String(Math.max(0, exchange.peer.requests - 1));
    case 'i':
      return ({ exchange }) => escapeLog(headerOf(exchange, argument) ?? '-');
    case 'C':
      return ({ exchange }) => escapeLog(cookieOf(exchange, argument) || '-');
    case 'o':
      return ({ exchange }) => escapeLog(sentHeader(exchange, argument) ?? '-');
    case 'e':
      return ({ record }) => escapeLog(record.variables.get(argument) ?? '-');
    default:
      return () => '-';
  }
}

/** Control characters, quotes, backslashes and bytes above ASCII, so that no client can forge a line. */
export function escapeLog(text: string): string {
  if (!/[^\x20-\x7e]|["\\]/.test(text)) return text;
  return text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    if (short) return short;
    return [...Buffer.from(character, character > '\xff' ? 'utf8' : 'latin1')]
      .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
      .join('');
  });
}

/** The value of a cookie, whose name may be written in any case. Source: mod_log_config, log_cookie. */
function cookieOf(exchange: Logged, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const cookie of headerOf(exchange, 'cookie')?.split(';') ?? []) {
    const end = cookie.indexOf('=');
    if (end >= 0 && cookie.slice(0, end).trim().toLowerCase() === wanted)
      return cookie.slice(end + 1).trim();
  }
  return undefined;
}

function sentHeader(exchange: Logged, name: string): string | undefined {
  const lower = name.toLowerCase();
  const { sentHeaders } = exchange;
  for (let index = 0; index < sentHeaders.length; index += 2)
    if ((sentHeaders[index] as string).toLowerCase() === lower) return sentHeaders[index + 1];
  return undefined;
}

function durationField(unit: string): Write {
  const factor = { ms: 1e3, us: 1e6 }[unit] ?? 1;
  return ({ exchange, endedAt }) =>
    String(Math.max(0, Math.floor((endedAt - exchange.startedAt) * factor)));
}

function portField(which: string): Write {
  if (which === 'local') return ({ exchange }) => String(exchange.peer.localPort);
  if (which === 'remote') return ({ exchange }) => String(exchange.peer.remotePort);
  return ({ host }) => String(ownPort(host));
}

function timeField(argument: string): Write {
  const atEnd = argument.startsWith('end:');
  const format = argument.replace(/^(?:begin|end):/, '');
  const show = timeFormat(format);
  return ({ exchange, endedAt }) => show(atEnd ? endedAt : exchange.startedAt);
}

function timeFormat(format: string): (seconds: number) => string {
  switch (format) {
    case '':
      return cached((date) => strftime('[%d/%b/%Y:%H:%M:%S %z]', date));
    case 'sec':
      return (seconds) => String(Math.floor(seconds));
    case 'msec':
      return (seconds) => String(Math.floor(seconds * 1e3));
    case 'usec':
      return (seconds) => String(Math.floor(seconds * 1e6));
    case 'msec_frac':
      return (seconds) => String(Math.floor((seconds % 1) * 1e3)).padStart(3, '0');
    case 'usec_frac':
      return (seconds) => String(Math.floor((seconds % 1) * 1e6)).padStart(6, '0');
    default:
      return cached((date) => strftime(format, date));
  }
}

/** Many requests fall into one second. */
function cached(show: (date: Date) => string): (seconds: number) => string {
  let last = -1;
  let text = '';
  return (seconds) => {
    const whole = Math.floor(seconds);
    if (whole !== last) {
      last = whole;
      text = show(new Date(whole * 1000));
    }
    return text;
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function strftime(format: string, date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const parts: Record<string, () => string> = {
    Y: () => String(date.getFullYear()),
    m: () => two(date.getMonth() + 1),
    d: () => two(date.getDate()),
    H: () => two(date.getHours()),
    M: () => two(date.getMinutes()),
    S: () => two(date.getSeconds()),
    b: () => months[date.getMonth()] as string,
    z: () => zone(date.getTimezoneOffset()),
    s: () => String(Math.floor(date.getTime() / 1000)),
    F: () => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    T: () => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
    '%': () => '%',
  };
  return format.replace(/%(.)/g, (text, letter: string) => parts[letter]?.() ?? text);
}

function zone(offset: number): string {
  const minutes = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}
