import type { Load } from '../scenarios/scenario.js';
import { runClient } from './run-client.js';

export interface WrkOptions {
  readonly port: number;
  readonly path?: string;
  readonly clients: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** One thread of wrk: more than any of the servers needs, and it leaves them the other processor. */
export async function wrk(options: WrkOptions): Promise<Load> {
  const { port, path = '/', clients, seconds, headers = {}, signal } = options;
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const text = await runClient(
    [
      ...['wrk', '--latency', '--timeout', '30s', '-t1', `-c${clients}`, `-d${seconds}s`],
      ...lines,
      `http://127.0.0.1:${port}${path}`,
    ],
    signal,
  );
  return readWrk(text);
}

/** @throws when the text is not what `wrk --latency` prints. */
export function readWrk(text: string): Load {
  const total = /(\d+) requests in ([\d.]+)(us|ms|s|m|h)/.exec(text);
  if (!total) throw new Error(`wrk said:\n${text}`);
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text);
  const wrong = /Non-2xx or 3xx responses: (\d+)/.exec(text);
  const errors = [...(socket?.slice(1) ?? []), wrong?.[1] ?? '0'].map(Number);
  return {
    requests: Number(total[1]),
    seconds: milliseconds(total[2]!, total[3]!) / 1000,
    p50: percentile(text, '50%'),
    p99: percentile(text, '99%'),
    errors: errors.reduce((sum, one) => sum + one, 0),
  };
}

function percentile(text: string, which: string): number {
  const found = new RegExp(`^\\s*${which}\\s+([\\d.]+)(us|ms|s|m)`, 'm').exec(text);
  return found ? milliseconds(found[1]!, found[2]!) : 0;
}

function milliseconds(value: string, unit: string): number {
  const factor = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? 1;
  return Number(value) * factor;
}
