import { connect, type Socket } from 'node:net';

/**
 *     node idle-connections.js PORT COUNT
 *
 * Opens connections, a few at a time, sends one request on each, prints how many were answered, and keeps
 * them until its input ends. Then prints how many of them are still open.
 */
const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const together = 100;
const open = new Set<Socket>();
let next = 0;

await Promise.all(Array.from({ length: together }, openSome));
console.log(open.size);
process.stdin.resume();
process.stdin.on('end', () => {
  console.log(open.size);
  process.exit(0);
});

async function openSome(): Promise<void> {
  while (next++ < count) await openOne();
}

function openOne(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      resolve();
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!text.startsWith('HTTP/1.1 200') || !text.endsWith('Hello world\n')) return;
      socket.setTimeout(0);
      open.add(socket);
      resolve();
    });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });
}
