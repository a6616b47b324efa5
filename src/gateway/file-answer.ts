import { close, constants, fstat, open, read, type Stats } from 'node:fs';
import { answerHead } from './http/answer-head.js';
import { type Exchange, type ExchangeOwner, nobody } from './http/exchange.js';
import { reasonOf } from './http/pages.js';
import { staticHead } from './static-head.js';

export interface FileVisit {
  readonly path: string;
  /** It cannot be sent. Answers, and says why. */
  refuse(status: number, reason: string): void;
  /** Its answer was broken off. */
  cut(reason: string): void;
  over(): void;
}

/** Bytes that are read at once; a file up to a block leaves in one write with its head. */
const block = 64 * 1024;
/** A FIFO without a writer would hold a thread of Node's for ever. */
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * A file on its way to a client. All is told of one open file, and never more or less than was declared: a file that
 * became shorter cuts the connection, or the next answer would stand inside of this one's body.
 */
export class FileAnswer implements ExchangeOwner {
  readonly #exchange: Exchange;
  readonly #visit: FileVisit;
  #fd = -1;
  #at = 0;
  #end = 0;
  #buffer: Buffer | undefined;
  /** Whether an operation on the file is under way. A descriptor is closed only when nothing uses it. */
  #busy = false;
  #over = false;
  #gone = false;

  constructor(exchange: Exchange, visit: FileVisit) {
    this.#exchange = exchange;
    this.#visit = visit;
  }

  start(): void {
    this.#exchange.owner = this;
    this.#busy = true;
    open(this.#visit.path, flags, (error, fd) => {
      if (error) {
        this.#busy = false;
        this.#refuse(error);
        return;
      }
      this.#fd = fd;
      fstat(fd, (failure, stats) => {
        if (!this.#settled()) return;
        if (failure) this.#refuse(failure);
        else this.#begin(stats);
      });
    });
  }

  onBody = nobody.onBody;
  onBodyEnd = nobody.onBodyEnd;
  onHalfClosed = nobody.onHalfClosed;
  onExcess = nobody.onExcess;

  onGone(): void {
    this.#gone = true;
  }

  onDrain(): void {
    if (this.#at < this.#end) this.#readOn();
  }

  onOver(cut: string | undefined): void {
    this.#over = true;
    if (!this.#busy) this.#close();
    if (cut !== undefined && !this.#gone) this.#visit.cut(cut);
    this.#visit.over();
  }

  /** After each operation on the file. @returns whether there is still something to do with it. */
  #settled(): boolean {
    this.#busy = false;
    if (this.#over) this.#close();
    return !this.#over;
  }

  #begin(stats: Stats): void {
    const exchange = this.#exchange;
    if (!stats.isFile()) {
      this.#visit.refuse(403, `"${this.#visit.path}" is no regular file`);
      return;
    }
    const { status, headers, start, length } = staticHead(exchange, this.#visit.path, stats);
    if (status >= 400) {
      const range = headers.indexOf('Content-Range');
      exchange.fail(status, range < 0 ? [] : headers.slice(range, range + 2));
      return;
    }
    const head = answerHead(status, reasonOf(status), headers);
    if (exchange.method === 'HEAD' || length === 0) {
      exchange.respond(head, '');
      return;
    }
    this.#at = start;
    this.#end = start + length;
    if (length <= block) {
      this.#read(length, (bytes) => exchange.respond(head, bytes));
      return;
    }
    if (exchange.begin(head)) this.#readOn();
    else this.#visit.refuse(500, `a header for "${this.#visit.path}" cannot be sent`);
  }

  #readOn(): void {
    if (this.#busy || this.#over) return;
    const wanted = Math.min(block, this.#end - this.#at);
    this.#read(wanted, (bytes) => {
      if (bytes.length === 0) {
        this.#exchange.cut(`"${this.#visit.path}" became shorter while it was sent`);
        return;
      }
      this.#at += bytes.length;
      const more = this.#exchange.write(bytes);
      // What the client has not taken is still used.
      if (this.#exchange.unsent > 0) this.#buffer = undefined;
      if (this.#at === this.#end) this.#exchange.end();
      else if (more) this.#readOn();
    });
  }

  #read(wanted: number, then: (bytes: Buffer) => void): void {
    this.#buffer ??= Buffer.allocUnsafeSlow(block);
    const buffer = this.#buffer;
    this.#busy = true;
    read(this.#fd, buffer, 0, wanted, this.#at, (error, got) => {
      if (!this.#settled()) return;
      if (error) this.#refuse(error);
      else then(buffer.subarray(0, got));
    });
  }

  #refuse(error: NodeJS.ErrnoException): void {
    if (this.#over) return;
    const exchange = this.#exchange;
    const status = statuses.get(error.code ?? '') ?? 500;
    const reason = `"${this.#visit.path}" cannot be read by user id ${process.geteuid?.()} (${error.code})`;
    if (exchange.headSent) exchange.cut(reason);
    else if (status === 404) exchange.fail(404);
    else this.#visit.refuse(status, reason);
  }

  #close(): void {
    if (this.#fd >= 0) close(this.#fd, () => {});
    this.#fd = -1;
  }
}

const statuses = new Map<string, number>([
  ['ENOENT', 404],
  ['ENOTDIR', 404],
  ['ENAMETOOLONG', 404],
  ['EACCES', 403],
  ['EPERM', 403],
  ['ELOOP', 403],
  ['ENXIO', 403],
  ['EMFILE', 503],
  ['ENFILE', 503],
]);
