import { connect, type Socket } from 'node:net';
import { percentile } from './percentiles.js';

/**
 * Large bodies one after the other on bare sockets, so that the client costs little:
 *
 *     node transfers.js '{"port": 8080, "way": "upload", "length": 104857600, "clients": 2, "seconds": 5}'
 *
 * Prints a Load. A transfer counts when its answer is right.
 */
interface Options {
  readonly port: number;
  readonly way: 'upload' | 'download';
  readonly length: number;
  readonly clients: number;
  readonly seconds: number;
}

const options = JSON.parse(process.argv[2] ?? '') as Options;
const block = Buffer.alloc(256 * 1024, 'x');
const times: number[] = [];
let errors = 0;

const begun = performance.now();
const deadline = begun + options.seconds * 1000;
await Promise.all(Array.from({ length: options.clients }, repeat));
const seconds = (performance.now() - begun) / 1000;
console.log(
  JSON.stringify({
    requests: times.length,
    seconds,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    errors,
    bytes: times.length * options.length,
  }),
);

async function repeat(): Promise<void> {
  while (performance.now() < deadline) {
    const start = performance.now();
    if (await transfer()) times.push(performance.now() - start);
    else errors++;
  }
}

function transfer(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(options.port, '127.0.0.1');
    const watch = answerOf(socket);
    socket.setTimeout(30_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(watch.right()));
    if (options.way === 'upload') upload(socket);
    else
      socket.write(
        `GET /?${options.length} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      );
  });
}

function upload(socket: Socket): void {
  let left = options.length;
  const send = () => {
    while (left > 0) {
      const length = Math.min(left, block.length);
      left -= length;
      if (!socket.write(length === block.length ? block : block.subarray(0, length))) return;
    }
  };
  socket.on('drain', send);
  socket.write(
    `POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${left}\r\n\r\n`,
  );
  send();
}

/** Counts the bytes of the body and keeps the first ones; ends the socket when the body is complete. */
function answerOf(socket: Socket): { right: () => boolean } {
  let head = '';
  let body = 0;
  let first = '';
  let wanted = -1;
  socket.on('data', (chunk: Buffer) => {
    if (wanted < 0) {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      first = head.slice(end + 4, end + 40);
      body = head.length - end - 4;
      wanted = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.POSITIVE_INFINITY);
    } else {
      body += chunk.length;
      if (first.length < 30) first += chunk.toString('latin1', 0, 30);
    }
    if (body >= wanted) socket.destroy();
  });
  return {
    right: () => {
      if (!/^HTTP\/1\.[01] 200/.test(head)) return false;
      return options.way === 'upload'
        ? first.trim() === `${options.length}`
        : body === options.length;
    },
  };
}
