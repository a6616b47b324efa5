import { headerLength, maximumPayload } from './frames.js';

/** Takes one frame. `payload` is a view: it must be copied to be kept after the call, unless it is the whole of its chunk. */
export type TakeFrame = (type: number, stream: number, payload: Buffer) => void;

export interface ReaderOptions {
  /** Type of frames that may be given in pieces, as if each were several: where their bytes are cut means nothing. */
  readonly inPieces?: number;
}

/**
 * Cuts a byte stream into frames. Frames that lie whole in a chunk are given as views of it; those that are
 * spread over chunks are put together, in one buffer made for them. Bodies are not: copies of them would cost
 * a fifth of the gateway's time.
 */
export class FrameReader {
  readonly #take: TakeFrame;
  /** Header bytes seen so far of a frame whose header is spread over chunks. */
  #header = Buffer.alloc(0);
  #partial: Buffer | undefined;
  #filled = 0;
  #type = 0;
  #stream = 0;
  readonly #inPieces: number;
  /** Bytes that are still to come of a frame that is given in pieces. */
  #left = 0;

  constructor(take: TakeFrame, { inPieces = -1 }: ReaderOptions = {}) {
    this.#take = take;
    this.#inPieces = inPieces;
  }

  /** @throws RangeError when the peer announces a frame that is too long. */
  push(chunk: Buffer): void {
    let rest = chunk;
    if (this.#left > 0) rest = this.#takePiece(chunk);
    else if (this.#partial) rest = this.#fill(chunk);
    if (this.#header.length > 0) {
      rest = Buffer.concat([this.#header, rest]);
      this.#header = Buffer.alloc(0);
    }
    let at = 0;
    while (rest.length - at >= headerLength) {
      const length = rest.readUInt32LE(at);
      const tag = rest.readUInt32LE(at + 4);
      const start = at + headerLength;
      if (length > maximumPayload) throw new RangeError(`frame of ${length} bytes`);
      if (start + length > rest.length) {
        this.#begin(tag, length, rest.subarray(start));
        return;
      }
      at = start + length;
      this.#take(tag & 255, tag >>> 8, rest.subarray(start, at));
    }
    if (at < rest.length) this.#header = Buffer.from(rest.subarray(at));
  }

  #begin(tag: number, length: number, received: Buffer): void {
    this.#type = tag & 255;
    this.#stream = tag >>> 8;
    if (this.#type === this.#inPieces) {
      this.#left = length;
      this.#takePiece(received);
      return;
    }
    this.#partial = Buffer.allocUnsafe(length);
    this.#filled = received.copy(this.#partial);
  }

  /** Gives what belongs to the frame under way; returns what is left of the chunk. */
  #takePiece(chunk: Buffer): Buffer {
    const length = Math.min(this.#left, chunk.length);
    this.#left -= length;
    if (length > 0) this.#take(this.#type, this.#stream, chunk.subarray(0, length));
    return chunk.subarray(length);
  }

  /** Adds to the frame under way; returns what is left of the chunk. */
  #fill(chunk: Buffer): Buffer {
    const partial = this.#partial as Buffer;
    const used = chunk.copy(partial, this.#filled);
    this.#filled += used;
    if (this.#filled === partial.length) {
      this.#partial = undefined;
      this.#take(this.#type, this.#stream, partial);
    }
    return chunk.subarray(used);
  }
}
