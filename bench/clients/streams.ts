import { get } from 'node:http';
import { percentile } from './percentiles.js';

/**
 * Many clients that each read a slowly made answer:
 *
 *     node streams.js '{"port": 8080, "clients": 200, "lines": 20, "seconds": 5}'
 *
 * Prints a Load whose times are those between two lines that arrived. A stream counts when all lines came.
 */
interface Options {
  readonly port: number;
  readonly clients: number;
  readonly lines: number;
  readonly seconds: number;
}

const options = JSON.parse(process.argv[2] ?? '') as Options;
const gaps: number[] = [];
let streams = 0;
let errors = 0;

const begun = performance.now();
const deadline = begun + options.seconds * 1000;
await Promise.all(Array.from({ length: options.clients }, repeat));
console.log(
  JSON.stringify({
    requests: streams,
    seconds: (performance.now() - begun) / 1000,
    p50: percentile(gaps, 0.5),
    p99: percentile(gaps, 0.99),
    errors,
  }),
);

async function repeat(): Promise<void> {
  do {
    if (await stream()) streams++;
    else errors++;
  } while (performance.now() < deadline);
}

function stream(): Promise<boolean> {
  return new Promise((resolve) => {
    let lines = 0;
    let last = 0;
    const request = get(
      { host: '127.0.0.1', port: options.port, path: `/?${options.lines}`, agent: false },
      (response) => {
        response.on('data', (chunk: Buffer) => {
          const now = performance.now();
          if (lines > 0) gaps.push(now - last);
          last = now;
          for (const byte of chunk) if (byte === 10) lines++;
        });
        response.on('error', () => resolve(false));
        response.on('end', () => resolve(response.statusCode === 200 && lines === options.lines));
      },
    );
    request.on('error', () => resolve(false));
  });
}
