import { initialWindow, maximumData } from '../protocol/frames.js';
import { type BodyFile, openBodyFile } from './body-file.js';
import type { Channel } from './runtimes/channel.js';

/** What the client should do next. */
export type BodyState = 'wants-more' | 'blocked' | 'sent';

export interface BodyOwner {
  /** The file has taken all that came. */
  bodyStored(): void;
  /** There is more to send. */
  bodyReady(): void;
  bodyFailed(reason: string): void;
}

/** A body up to this length stays in memory, a longer one goes to a file. */
const mostInMemory = 64 * 1024;
/** A body beyond this length is given to a process before it is complete. */
const mostStored = 1024 * 1024 * 1024;
/** Credit that is kept, so that a process that asks for all and reads nothing cannot fill the memory. */
const mostCredit = 4 * 1024 * 1024;
/** Bytes that may wait for the disk. */
const mostPending = 256 * 1024;
const readStep = 256 * 1024;

/**
 * A request body on its way to a process. Where threads are scarce it is complete before a process is asked, so
 * that a slow upload holds none of them; and what was sent is kept until the process has begun the request, so that it can be sent again to
 * another one. The file, where there is one, comes before the chunks in memory.
 */
export class RequestBody {
  /** Bytes that came from the client. */
  length = 0;
  complete: boolean;
  readonly #owner: BodyOwner;
  #file: BodyFile | undefined;
  #noFile = false;
  /** Bytes of the file that were sent. */
  #read = 0;
  #reading = false;
  /** Changes whenever an answer of the disk would come too late. */
  #epoch = 0;
  #chunks: Buffer[] = [];
  /** The first chunk that was not sent whole, and how much of it was. */
  #next = 0;
  #offset = 0;
  #window = 0;
  #endSent = false;
  #begun = false;
  #dropped = false;

  constructor(empty: boolean, owner: BodyOwner) {
    this.complete = empty;
    this.#owner = owner;
  }

  /** Whether it can still be sent from its start. */
  get whole(): boolean {
    return !this.#dropped;
  }

  get inFile(): boolean {
    return this.#file !== undefined;
  }

  /** Whether all that came can be sent. */
  get stored(): boolean {
    return this.#file === undefined || this.#file.pending === 0;
  }

  /** Whether the client is faster than the disk. */
  get congested(): boolean {
    return this.#file !== undefined && this.#file.pending > mostPending;
  }

  /** Whether a process must have it before it is complete: it is too long to be kept, or there is no place. */
  get unstorable(): boolean {
    return this.#noFile || this.length >= mostStored;
  }

  /** @param store false once a process has it: then it goes on through memory, as the process takes it. */
  add(chunk: Buffer, store: boolean): void {
    this.length += chunk.length;
    if (store && this.length > mostInMemory) this.#store(chunk);
    else this.#chunks.push(chunk);
  }

  credit(bytes: number): void {
    this.#window = Math.min(this.#window + bytes, mostCredit);
  }

  /** From now on nothing of what is in memory is sent again. */
  begin(): void {
    this.#begun = true;
    if (this.#next > 0) this.#dropped = true;
    this.#chunks.splice(0, this.#next);
    this.#next = 0;
  }

  /** Starts anew, for another process. */
  rewind(): void {
    this.#epoch++;
    this.#reading = false;
    this.#read = 0;
    this.#next = 0;
    this.#offset = 0;
    this.#endSent = false;
    this.#window = initialWindow;
  }

  drop(): void {
    this.#epoch++;
    this.#file?.close();
    this.#file = undefined;
    this.#chunks = [];
    this.#next = 0;
    this.#endSent = true;
  }

  /** Sends as much as there is credit for. */
  send(channel: Channel, stream: number): BodyState {
    if (this.#endSent) return 'sent';
    if (this.#file && this.#read < this.#file.length) {
      this.#sendFile(this.#file, channel, stream);
      return 'blocked';
    }
    while (this.#window > 0 && this.#next < this.#chunks.length) this.#sendPart(channel, stream);
    if (this.#next < this.#chunks.length) return 'blocked';
    if (!this.complete) return 'wants-more';
    this.#endSent = true;
    channel.endBody(stream);
    return 'sent';
  }

  #store(chunk: Buffer): void {
    try {
      this.#file ??= openBodyFile({
        written: () => this.#owner.bodyStored(),
        failed: (error) =>
          this.#owner.bodyFailed(`the request body cannot be stored: ${error.message}`),
      });
    } catch {
      this.#noFile = true;
      this.#chunks.push(chunk);
      return;
    }
    for (const early of this.#chunks.splice(0)) this.#file.append(early);
    this.#file.append(chunk);
  }

  #sendFile(file: BodyFile, channel: Channel, stream: number): void {
    const length = Math.min(this.#window, readStep, file.length - this.#read);
    if (this.#reading || length === 0) return;
    this.#reading = true;
    const epoch = this.#epoch;
    file.read(this.#read, length, (chunk) => {
      if (epoch !== this.#epoch) return;
      this.#reading = false;
      if (!chunk) {
        this.#owner.bodyFailed('the request body cannot be read back');
        return;
      }
      for (let at = 0; at < chunk.length; at += maximumData)
        channel.data(stream, chunk.subarray(at, at + maximumData));
      this.#read += chunk.length;
      this.#window -= chunk.length;
      this.#owner.bodyReady();
    });
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
