import type { Duplex } from 'node:stream';

/** Messages as lines of JSON. Node's own channel would throw at one that is none, and has no limit. */
export interface MessagePipe {
  send(message: object, sent?: () => void): void;
}

/** The descriptor that it has in a gateway. */
export const messageFd = 3;
/** Bytes of one message. A plan can be large; news have less than a megabyte, and JSON makes six of one at most. */
const longest = 64 * 1024 * 1024;
const lineEnd = 10;

/** @param broken what came is no message; nothing else is heard. */
export function openMessagePipe(
  socket: Duplex,
  hear: (message: unknown) => void,
  broken: (error: Error) => void,
): MessagePipe {
  let parts: Buffer[] = [];
  let length = 0;

  function take(part: Buffer): void {
    parts.push(part);
    length += part.length;
    if (length > longest) throw new RangeError('a message is too long');
  }

  function whole(): unknown {
    const text = Buffer.concat(parts).toString('utf8');
    parts = [];
    length = 0;
    return JSON.parse(text);
  }

  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length && !socket.destroyed; ) {
      const end = chunk.indexOf(lineEnd, at);
      let message: unknown;
      try {
        take(chunk.subarray(at, end < 0 ? chunk.length : end));
        if (end < 0) return;
        message = whole();
      } catch (error) {
        socket.destroy();
        broken(error as Error);
        return;
      }
      at = end + 1;
      hear(message);
    }
  });
  // Its end is told by `close`.
  socket.on('error', () => {});
  return {
    send(message, sent) {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`, () => sent?.());
    },
  };
}
