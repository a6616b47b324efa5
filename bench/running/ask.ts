import { request } from 'node:http';

/** A request and what a right answer to it is. */
export interface Check {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly status?: number;
  /** The whole body, or a pattern in it, or its length. */
  readonly answer: string | RegExp | number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** @throws when the connection fails or nothing comes within 10 s. */
export function ask(port: number, { path, headers = {}, body }: Check): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      path,
      agent: false,
      method: body ? 'POST' : 'GET',
      headers: { ...headers, ...(body ? { 'Content-Length': body.length } : {}) },
      timeout: 10_000,
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer to ${path} within 10 s`)));
    sent.once('error', reject);
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.end(body);
  });
}

/** In words; undefined where nothing is. */
export function whatIsWrong(check: Check, found: Answer | string): string | undefined {
  if (typeof found === 'string') return `${check.path}: ${found}`;
  const { status = 200, answer } = check;
  if (found.status !== status) return `${check.path}: status ${found.status}, not ${status}`;
  if (typeof answer === 'number')
    return found.body.length === answer
      ? undefined
      : `${check.path}: ${found.body.length} bytes, not ${answer}`;
  const text = found.body.toString('utf8');
  const right = typeof answer === 'string' ? text === answer : answer.test(text);
  return right ? undefined : `${check.path}: ${JSON.stringify(text.slice(0, 100))}, not ${answer}`;
}
