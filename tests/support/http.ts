import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** Lower-case names; values of repeated headers joined with a line feed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly text: string;
  /** Whether the message ended before it was complete, by its own framing. */
  readonly cut: boolean;
}

export interface Question {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Milliseconds without any byte. */
  readonly patience?: number;
}

/** One request on a connection of its own. Bytes as they are: no redirect, no decoding, no retry. */
export async function ask(port: number, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', host = `127.0.0.1:${port}`, headers = {}, body } = question;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: close',
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  const socket = await open(port);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (body !== undefined) socket.write(body);
  return parseAnswer(await readAll(socket, question.patience ?? 30_000), method === 'HEAD');
}

export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Everything until the other side closes; a reset counts as an end, since the framing tells what is missing. */
export function readAll(socket: Socket, patience = 30_000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    socket.setTimeout(patience, () => {
      socket.destroy();
      reject(new Error(`no byte for ${patience / 1000} s after ${Buffer.concat(chunks).length}`));
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

export function parseAnswer(bytes: Buffer, withoutBody = false): Answer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0)
    throw new Error(`no response, but ${bytes.length} bytes: ${bytes.toString('latin1')}`);
  const [statusLine, ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(statusLine?.split(' ')[1]);
  if (status === 100) return parseAnswer(bytes.subarray(end + 4), withoutBody);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers[name] = name in headers ? `${headers[name]}\n${value}` : value;
  }
  const rest = bytes.subarray(end + 4);
  const empty = withoutBody || status === 204 || status === 304;
  const { body, cut } = empty ? { body: rest, cut: false } : decode(rest, headers);
  return { status, headers, body, text: body.toString('utf8'), cut };
}

function decode(rest: Buffer, headers: Record<string, string>): { body: Buffer; cut: boolean } {
  if (headers['transfer-encoding'] === 'chunked') return decodeChunks(rest);
  const declared = headers['content-length'];
  if (declared === undefined) return { body: rest, cut: false };
  return { body: rest, cut: rest.length !== Number(declared) };
}

function decodeChunks(rest: Buffer): { body: Buffer; cut: boolean } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return { body: Buffer.concat(chunks), cut: true };
    const length = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    if (length === 0) return { body: Buffer.concat(chunks), cut: false };
    const start = lineEnd + 2;
    chunks.push(rest.subarray(start, start + length));
    if (start + length + 2 > rest.length) return { body: Buffer.concat(chunks), cut: true };
    at = start + length + 2;
  }
}
