import { connect, type Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** False when it broke off: short of its length, or without its last chunk. */
  readonly whole: boolean;
}

/** A TCP client that sends exactly the bytes it is told and keeps all that comes. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
      this.#wake();
    });
    const over = () => {
      this.closed = true;
      this.#wake();
    };
    this.socket.on('end', over);
    this.socket.on('close', over);
    this.socket.on('error', over);
  }

  send(text: string | Buffer): this {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    return this;
  }

  async until(condition: (client: RawClient) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.closed)
        throw new Error(`the connection closed after ${JSON.stringify(this.received)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Resolves with everything that came when the server has closed. */
  async all(): Promise<string> {
    while (!this.closed) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return this.received;
  }

  /** The next response, cut off what was received. */
  async response(head = false): Promise<RawResponse> {
    for (;;) {
      const parsed = parse(this.received, this.closed, head);
      if (parsed) {
        this.received = this.received.slice(parsed.length);
        return parsed.response;
      }
      if (this.closed)
        throw new Error(`closed without a response: ${JSON.stringify(this.received)}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  destroy(): void {
    this.socket.destroy();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function parse(
  text: string,
  closed: boolean,
  noBody: boolean,
): { response: RawResponse; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const lines = text.slice(0, end).split('\r\n');
  const [, status = '', reason = ''] = /^HTTP\/1\.1 (\d+) ?(.*)$/.exec(lines[0] ?? '') ?? [];
  const headers = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value);
  }
  const about = { status: Number(status), reason, headers };
  const start = end + 4;
  const rest = text.slice(start);
  if (noBody || about.status < 200 || about.status === 204 || about.status === 304)
    return { response: { ...about, body: '', whole: true }, length: start };
  const declared = headers.get('content-length');
  if (declared !== undefined) {
    const length = Number(declared);
    if (rest.length < length && !closed) return undefined;
    const body = rest.slice(0, length);
    return {
      response: { ...about, body, whole: body.length === length },
      length: start + body.length,
    };
  }
  if (headers.get('transfer-encoding') === 'chunked') {
    const { body, used, whole } = unchunk(rest);
    if (!whole && !closed) return undefined;
    return { response: { ...about, body, whole }, length: start + used };
  }
  if (!closed) return undefined;
  return { response: { ...about, body: rest, whole: true }, length: text.length };
}

function unchunk(text: string): { body: string; used: number; whole: boolean } {
  let body = '';
  let at = 0;
  for (;;) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return { body, used: at, whole: false };
    const size = Number.parseInt(text.slice(at, line), 16);
    if (text.length < line + 2 + size + 2)
      return { body: body + text.slice(line + 2), used: text.length, whole: false };
    at = line + 2 + size + 2;
    if (size === 0) return { body, used: at, whole: true };
    body += text.slice(line + 2, line + 2 + size);
  }
}
