import type { Stats } from 'node:fs';
import { createRequire } from 'node:module';
import type Send from 'send';
import { wantedBytes } from './byte-range.js';
import type { Exchange } from './http/exchange.js';

/** How a file is answered, before anything of it is read. */
export interface StaticHead {
  readonly status: number;
  /** name, value, … */
  readonly headers: readonly string[];
  /** Where the body starts in the file, and how long it is. */
  readonly start: number;
  readonly length: number;
}

/** Loaded with the first file: it takes a quarter of a gateway's start, and many gateways send none. */
const load = createRequire(import.meta.url);

/**
 * Validators, conditions and ranges are decided by `send`, which gets to see the request's fields and what an open
 * file is like, and no stream: it would declare one length and send another where the file changes meanwhile.
 */
export function staticHead(
  request: Pick<Exchange, 'method' | 'rawHeaders' | 'startedAt'>,
  path: string,
  stats: Stats,
): StaticHead {
  const { method } = request;
  const headers = fieldsOf(request.rawHeaders);
  exactRange(headers, stats.size);
  dateThatWas(headers, request.startedAt);
  const sink = new HeadSink();
  let start = 0;
  const send = load('send') as typeof Send;
  const sending = send({ method, headers } as unknown as Parameters<typeof Send>[0], path, {
    cacheControl: false,
  });
  Object.assign(sending, {
    res: sink,
    stream: (_path: string, options: { start: number }) => {
      start = options.start;
    },
  });
  sending.on('error', (error: { status?: number }) => {
    sink.statusCode = error.status ?? 500;
  });
  sending.send(path, stats);
  const length = Number(sink.getHeader('Content-Length') ?? 0);
  return { status: sink.statusCode, headers: sink.list(), start, length };
}

function fieldsOf(rawHeaders: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    fields[name] = name in fields ? `${fields[name]}, ${value}` : value;
  }
  return fields;
}

/** `send` has other ideas of ranges than Apache; with one that fits, none, or one behind the end there is one idea. */
function exactRange(fields: Record<string, string>, size: number): void {
  const { range } = fields;
  if (range === undefined) return;
  const wanted = wantedBytes(range, size);
  if (wanted === 'whole') delete fields['range'];
  else
    fields['range'] =
      wanted === 'nothing' ? `bytes=${size}-` : `bytes=${wanted.start}-${wanted.end}`;
}

/** No copy can be from the future, so such a date says nothing (RFC 9110, section 13.1.3). */
function dateThatWas(fields: Record<string, string>, now: number): void {
  const since = fields['if-modified-since'];
  if (since !== undefined && Date.parse(since) / 1000 > now) delete fields['if-modified-since'];
}

/** What `send` takes for a response. */
class HeadSink {
  statusCode = 200;
  readonly headersSent = false;
  readonly #fields = new Map<string, readonly [name: string, value: string]>();

  setHeader(name: string, value: string | number): void {
    this.#fields.set(name.toLowerCase(), [name, String(value)]);
  }

  getHeader(name: string): string | undefined {
    return this.#fields.get(name.toLowerCase())?.[1];
  }

  removeHeader(name: string): void {
    this.#fields.delete(name.toLowerCase());
  }

  end(): void {}

  list(): string[] {
    return [...this.#fields.values()].flat();
  }
}
