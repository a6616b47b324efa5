import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { open } from '../support/http.js';
import type { Server } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

const gibibyte = 2 ** 30;
/** Kilobytes. */
const most = 150 * 1024;

testWithPythons(
  '1 GiB up and 1 GiB down pass while every process stays under 150 MB',
  1,
  async ([python]) => {
    await withSite(python!, { mounts: { '/': 'counts-and-makes-bytes' } }, async (server) => {
      const counted = await upload(server.port, gibibyte);
      assert.ok(counted.endsWith(`\r\n\r\n${gibibyte}`), counted);
      assert.equal(await download(server.port, gibibyte), gibibyte);
      for (const [pid, peak] of peaks(server))
        assert.ok(peak < most, `process ${pid} took ${Math.round(peak / 1024)} MB`);
    });
  },
);

async function upload(port: number, length: number): Promise<string> {
  const socket = await open(port);
  const block = Buffer.alloc(1024 * 1024, 'u');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(
    `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`,
  );
  for (let sent = 0; sent < length; sent += block.length)
    if (!socket.write(block)) await new Promise((resolve) => socket.once('drain', resolve));
  await closed;
  return answer;
}

/** Bytes of the body, counted and dropped as they come. */
async function download(port: number, length: number): Promise<number> {
  const socket = await open(port);
  // HTTP/1.0 knows no chunks: the body is what comes until the end.
  socket.write(`GET /${length} HTTP/1.0\r\nHost: x\r\n\r\n`);
  let head = '';
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    if (head.includes('\r\n\r\n')) {
      bytes += chunk.length;
      continue;
    }
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) bytes += head.length - end - 4;
  }
  return bytes;
}

/** Peak resident memory of the processes below the supervisor, in kilobytes. */
function peaks(server: Server): [number, number][] {
  return server.descendants().map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return [pid, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1])];
  });
}
