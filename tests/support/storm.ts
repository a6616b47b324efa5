import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type Agent, request } from 'node:http';
import { join } from 'node:path';

/** Clients that count: every request has a name of its own, and notes-begun-requests.wsgi notes what it begins. */
export interface Outcome {
  readonly id: string;
  /** `broken` where the connection ended without a whole answer. */
  readonly status: number | 'broken';
}

export interface Sent {
  readonly agent: Agent;
  readonly id: string;
  /** The body of a POST; a GET where absent. */
  readonly body?: string;
}

/** @throws AssertionError where an answer that says 200 is not the one to this request */
export function send(port: number, { agent, id, body }: Sent): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const fail = () => resolve({ id, status: 'broken' });
    const outgoing = request(
      {
        port,
        host: '127.0.0.1',
        agent,
        path: `/${id}`,
        method: body === undefined ? 'GET' : 'POST',
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('latin1').on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.on('error', fail);
        incoming.on('end', () => {
          const status = incoming.statusCode ?? 0;
          const expected = body === undefined ? id : `${id} ${body}`;
          if (status === 200 && text !== expected)
            reject(new assert.AssertionError({ message: `another answer came to ${id}: ${text}` }));
          else resolve({ id, status });
        });
      },
    );
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

export interface Client {
  readonly agent: Agent;
  readonly number: number;
  /** The body of its n-th request; undefined for a GET. */
  readonly body: (n: number, id: string) => string | undefined;
}

/** One request after the other, until `end` on the monotonic clock. */
export async function sendUntil(
  end: number,
  port: number,
  { agent, number, body }: Client,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  while (performance.now() < end) {
    const id = `${number}-${outcomes.length}`;
    const text = body(outcomes.length, id);
    outcomes.push(await send(port, { agent, id, ...(text !== undefined && { body: text }) }));
  }
  return outcomes;
}

/** Request to the processes that began it. */
export function readNotes(folder: string): Map<string, number[]> {
  const begun = new Map<string, number[]>();
  for (const name of readdirSync(folder).filter((file) => /^\d+$/.test(file)))
    for (const id of readFileSync(join(folder, name), 'latin1').split('\n').filter(Boolean))
      begun.set(id, [...(begun.get(id) ?? []), Number(name)]);
  return begun;
}
