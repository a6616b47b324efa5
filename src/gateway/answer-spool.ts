import { close, read, writev } from 'node:fs';
import { type DiskAllowance, segmentLength } from './disk-allowance.js';

export interface SpoolEvents {
  /** More can be taken. */
  written(): void;
  /** The disk takes nothing more; what came is kept. */
  failed(error: NodeJS.ErrnoException): void;
}

/** Bytes that may wait for the disk. */
const mostPending = 256 * 1024;
const readStep = 256 * 1024;

/**
 * Bytes of one answer that wait for its client, first in, first out: in a file without a name, and what the file has
 * not taken yet in memory. The file consists of segments that are used again once they are read.
 */
export class AnswerSpool {
  readonly #fd: number;
  readonly #disk: DiskAllowance;
  readonly #events: SpoolEvents;
  /** Segments that hold bytes, in their order, and those that hold none. */
  #used: number[] = [];
  #free: number[] = [];
  #allotted = 0;
  /** Where to read in the first segment, and to write in the last one. */
  #readAt = 0;
  #writeAt = segmentLength;
  /** Not in the file yet. */
  #tail: Buffer[] = [];
  #pending = 0;
  #operations = 0;
  #writing = false;
  #failed = false;
  #closed = false;
  #reader: ((chunk: Buffer | undefined) => void) | undefined;

  /** @param fd of an empty file, which is closed with it. */
  constructor(fd: number, disk: DiskAllowance, events: SpoolEvents) {
    this.#fd = fd;
    this.#disk = disk;
    this.#events = events;
  }

  get empty(): boolean {
    return this.#pending === 0 && this.#stored === 0;
  }

  /** Whether the disk is as fast as what comes. */
  get quick(): boolean {
    return this.#pending <= mostPending;
  }

  /** Makes sure that there is a place for so many bytes besides those that are here. */
  reserve(bytes: number): boolean {
    if (this.#failed) return false;
    const wanted = this.#pending + bytes;
    let room = this.#free.length * segmentLength + segmentLength - this.#writeAt;
    for (; room < wanted; room += segmentLength) {
      if (!this.#disk.take(this.#allotted)) return false;
      this.#free.push(this.#allotted++);
    }
    return true;
  }

  append(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#pending += chunk.length;
    this.#write();
  }

  /**
   * Calls back once with the next bytes, maybe at once; with none where they cannot be read. Call only when it is
   * not empty, and not before the last call came back.
   */
  read(then: (chunk: Buffer | undefined) => void): void {
    if (this.#stored > 0) this.#readFile(then);
    else if (this.#writing) this.#reader = then;
    else {
      const chunk = this.#tail.shift() as Buffer;
      this.#pending -= chunk.length;
      then(chunk);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#tail = [];
    this.#reader = undefined;
    this.#disk.closed(this.#allotted);
    this.#operations++;
    this.#done();
  }

  /** Bytes in the file. */
  get #stored(): number {
    return this.#used.length * segmentLength - this.#readAt - (segmentLength - this.#writeAt);
  }

  /** A descriptor is closed only when nothing uses it: its number may be another file the next moment. */
  #done(): void {
    this.#operations--;
    if (this.#closed && this.#operations === 0) close(this.#fd, () => {});
  }

  #write(): void {
    if (this.#writing || this.#failed || this.#tail.length === 0) return;
    if (this.#writeAt === segmentLength && !this.#nextSegment()) return;
    const chunks = this.#takeTail(segmentLength - this.#writeAt);
    const position = (this.#used.at(-1) as number) * segmentLength + this.#writeAt;
    this.#operations++;
    this.#writing = true;
    writev(this.#fd, chunks, position, (error, written) => {
      this.#writing = false;
      this.#done();
      if (this.#closed) return;
      this.#tail = [...behind(chunks, written ?? 0), ...this.#tail];
      this.#writeAt += written ?? 0;
      this.#pending -= written ?? 0;
      if (error) {
        this.#failed = true;
        this.#events.failed(error);
      } else this.#write();
      const reader = this.#reader;
      this.#reader = undefined;
      if (reader) this.read(reader);
      if (!error && !this.#closed) this.#events.written();
    });
  }

  #nextSegment(): boolean {
    const segment = this.#free.pop();
    if (segment === undefined) return false;
    this.#used.push(segment);
    this.#writeAt = 0;
    return true;
  }

  #takeTail(most: number): Buffer[] {
    const chunks: Buffer[] = [];
    let left = most;
    while (left > 0 && this.#tail.length > 0) {
      const chunk = this.#tail.shift() as Buffer;
      if (chunk.length > left) this.#tail.unshift(chunk.subarray(left));
      chunks.push(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
    }
    return chunks;
  }

  #readFile(then: (chunk: Buffer | undefined) => void): void {
    const end = this.#used.length === 1 ? this.#writeAt : segmentLength;
    const length = Math.min(readStep, end - this.#readAt);
    const position = (this.#used[0] as number) * segmentLength + this.#readAt;
    this.#operations++;
    read(this.#fd, Buffer.allocUnsafeSlow(length), 0, length, position, (error, got, buffer) => {
      this.#done();
      if (this.#closed) return;
      this.#readAt += got;
      if (this.#readAt === segmentLength) {
        this.#free.push(this.#used.shift() as number);
        this.#readAt = 0;
        if (this.#used.length === 0) this.#writeAt = segmentLength;
      }
      then(error || got === 0 ? undefined : buffer.subarray(0, got));
    });
  }
}

function behind(chunks: readonly Buffer[], written: number): Buffer[] {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return written === length ? [] : [Buffer.concat(chunks).subarray(written)];
}
