import { initialWindow, maximumData } from '../protocol/frames.js';
import type { Channel } from './runtimes/channel.js';

/** What the client should do next. */
export type BodyState = 'wants-more' | 'blocked' | 'sent';

/**
 * A request body on its way to a process. What was sent is kept until the process has begun the request, so
 * that it can be sent again to another one; before that no more than the first window has left.
 */
export class RequestBody {
  /** Bytes that came from the client. */
  length = 0;
  complete: boolean;
  #chunks: Buffer[] = [];
  /** The first chunk that was not sent whole, and how much of it was. */
  #next = 0;
  #offset = 0;
  #window = 0;
  #endSent = false;
  #begun = false;
  #dropped = false;

  constructor(empty: boolean) {
    this.complete = empty;
  }

  /** Whether it can still be sent from its start. */
  get whole(): boolean {
    return !this.#dropped;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  credit(bytes: number): void {
    this.#window += bytes;
  }

  /** From now on nothing is sent again. */
  begin(): void {
    this.#begun = true;
    if (this.#next > 0) this.#dropped = true;
    this.#chunks.splice(0, this.#next);
    this.#next = 0;
  }

  /** Starts anew, for another process. */
  rewind(): void {
    this.#next = 0;
    this.#offset = 0;
    this.#endSent = false;
    this.#window = initialWindow;
  }

  drop(): void {
    this.#chunks = [];
    this.#next = 0;
    this.#endSent = true;
  }

  /** Sends as much as there is credit for. */
  send(channel: Channel, stream: number): BodyState {
    if (this.#endSent) return 'sent';
    while (this.#window > 0 && this.#next < this.#chunks.length) this.#sendPart(channel, stream);
    if (this.#next < this.#chunks.length) return 'blocked';
    if (!this.complete) return 'wants-more';
    this.#endSent = true;
    channel.endBody(stream);
    return 'sent';
  }

  #sendPart(channel: Channel, stream: number): void {
    const chunk = this.#chunks[this.#next] as Buffer;
    const length = Math.min(this.#window, maximumData, chunk.length - this.#offset);
    const whole = length === chunk.length;
    channel.data(stream, whole ? chunk : chunk.subarray(this.#offset, this.#offset + length));
    this.#window -= length;
    this.#offset += length;
    if (this.#offset < chunk.length) return;
    this.#offset = 0;
    if (!this.#begun) {
      this.#next++;
      return;
    }
    this.#dropped = true;
    this.#chunks.shift();
  }
}
