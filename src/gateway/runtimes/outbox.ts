import type { Socket } from 'node:net';
import type { Frame } from '../../protocol/frames.js';
import { word } from '../../protocol/marshal.js';

/**
 * Frames on their way to a runtime. All that is put in during one turn of the event loop leaves in one write:
 * text is joined into one latin-1 string, bodies go between as they are, without a copy.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #flush: () => void;
  #text = '';
  #scheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#flush = () => this.#leave();
  }

  /** @param payload latin-1, one character a byte. */
  frame(type: Frame, stream: number, payload: string): void {
    this.#text += word(payload.length) + word((stream << 8) | type) + payload;
    this.#schedule();
  }

  data(type: Frame, stream: number, payload: Buffer): void {
    this.#schedule();
    this.#text += word(payload.length) + word((stream << 8) | type);
    this.#socket.write(this.#text, 'latin1');
    this.#text = '';
    this.#socket.write(payload);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#socket.cork();
    setImmediate(this.#flush);
  }

  #leave(): void {
    this.#scheduled = false;
    if (this.#text !== '') this.#socket.write(this.#text, 'latin1');
    this.#text = '';
    this.#socket.uncork();
  }
}
