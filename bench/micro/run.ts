import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRequest, encodeShared } from '../../src/gateway/environ/environ.js';
import { checkHead } from '../../src/gateway/http/head.js';
import { readHead } from '../../src/gateway/runtimes/response-head.js';
import { Frame } from '../../src/protocol/frames.js';
import { word } from '../../src/protocol/marshal.js';
import { FrameReader } from '../../src/protocol/reader.js';
import { repository } from '../running/ground.js';
import { microseconds } from './measure.js';
import {
  browserHeaders,
  environFor,
  exchangeOn,
  facts,
  siteFor,
  somePeer,
  sourceOf,
  target,
} from './parts.js';

const answer = [
  '200 OK',
  ...['Content-Type', 'text/html; charset=utf-8', 'Content-Length', '5120'],
  ...['X-Frame-Options', 'DENY', 'Vary', 'Cookie'],
].join('\n');

/**
 * Parts of the hot path by themselves, in microseconds for one request:
 *
 *     npm run build && node dist/bench/micro/run.js [PYTHON…]
 *
 * The runtime's loop runs with each Python that is named, /usr/bin/python3 where none is.
 */
const pythons = process.argv.length > 2 ? process.argv.slice(2) : ['/usr/bin/python3'];
const folder = mkdtempSync(join(tmpdir(), 'micro-'));
try {
  main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function main(): void {
  const script = join(folder, 'app.wsgi');
  writeFileSync(
    script,
    `def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "12")])
    return [b"Hello world\\n"]
`,
  );
  const site = siteFor(script);
  tell('checks of a request head, 9 headers', microseconds(checkBrowserHead));
  tell(
    'routing',
    microseconds(() => site.resolve(target)),
  );
  tell('environ, 9 headers', environ(site, browserHeaders));
  tell('environ, 40 more headers', environ(site, [...browserHeaders, ...manyHeaders()]));
  tell('cutting 32 frames, for each', frames() / 32);
  tell('head of a response, 4 headers', microseconds(responseHead));
  const { shared, own } = environFor(site, browserHeaders);
  const first = join(folder, 'first');
  writeFileSync(first, frameOf(Frame.Environ, 0, shared), 'latin1');
  const frame = join(folder, 'frame');
  writeFileSync(frame, frameOf(Frame.Request, 1, own), 'latin1');
  for (const python of pythons) tell(`runtime loop, ${python}`, runtimeLoop(python, first, frame));
}

function checkBrowserHead(): void {
  checkHead('GET', target, '1.1', browserHeaders, { line: 8190, fields: 100, fieldSize: 8190 });
}

/** Flattened as the write does it: strings that are only joined cost later. */
function environ(site: ReturnType<typeof siteFor>, rawHeaders: readonly string[]): number {
  const found = site.resolve(target);
  if ('status' in found) throw new Error(found.reason);
  const peer = somePeer();
  const out = Buffer.alloc(64 * 1024);
  return microseconds(() => {
    const source = sourceOf(exchangeOn(peer, rawHeaders), found);
    encodeShared(source, facts, 3);
    out.write(encodeRequest(source, 0, 3), 0, 'latin1');
  });
}

function manyHeaders(): string[] {
  return Array.from({ length: 40 }, (_, index) => [`X-Field-${index}`, `value ${index}`]).flat();
}

function frames(): number {
  const head = '200 OK\nContent-Type\ntext/plain';
  const payload = `${word(head.length) + head}Hello world\n`;
  const one = frameOf(Frame.Response, 1, payload);
  const chunk = Buffer.from(one.repeat(32), 'latin1');
  let taken = 0;
  const reader = new FrameReader((_type, _stream, bytes) => {
    taken += bytes.length;
  });
  const time = microseconds(() => reader.push(chunk), { calls: 2000 });
  if (taken === 0) throw new Error('no frame was taken');
  return time;
}

function responseHead(): void {
  readHead(answer);
}

function runtimeLoop(python: string, ...files: string[]): number {
  const program = join(repository, 'bench/micro/runtime_loop.py');
  return Number(execFileSync(python, [program, ...files], { encoding: 'utf8' }));
}

function frameOf(type: Frame, stream: number, payload: string): string {
  return word(payload.length) + word((stream << 8) | type) + payload;
}

function tell(what: string, time: number): void {
  console.log(`${time.toFixed(2).padStart(8)} µs  ${what}`);
}
