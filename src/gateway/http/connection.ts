import type { Socket } from 'node:net';
import type { Peer } from './exchange.js';
import type { HeadLimits } from './head.js';
import type { HttpExchange, ServingConnection } from './http-exchange.js';
import { rawPage } from './pages.js';
import type { UnfinishedHeads } from './unfinished-heads.js';

/** What a connection is told with, and tells. */
export interface ConnectionOwner {
  handle(exchange: HttpExchange): void;
  /** Answered without a request. */
  rejected(connection: Connection, status: number, reason: string): void;
  readonly heads: UnfinishedHeads;
  /** Bytes of a head at which the parser gives up. */
  readonly maxHead: number;
}

export interface ConnectionRules {
  readonly limits: HeadLimits;
  /** Seconds without progress in writing after which the connection is destroyed. */
  readonly timeout: number;
  /** Seconds; 0 closes after each answer. */
  readonly keepAliveTimeout: number;
  /** 0 is no limit. */
  readonly maxKeepAliveRequests: number;
}

/** A body has this long, and one second more for each `bodyRate` bytes that came. */
const bodySeconds = 20;
const bodyRate = 500;
/** Requests parsed ahead while an earlier one is answered. With more than these the connection is closed after them. */
const lookAhead = 256;
/** After an answer to an unfinished request the rest is read and dropped this long, so that the answer arrives. */
const lingerSeconds = 5;
const lingerBytes = 64 * 1024 * 1024;
/** Seconds that a connection is kept open beyond what its client was told: a request may be on its way. */
const keepAliveMargin = 1;
/**
 * Seconds of silence after bytes that came behind an answer. They are a head, which node:http answers with 408 when it
 * takes longer than it may, and that is less; or empty lines, which it does not count.
 */
const headSeconds = 60;
/** What was read with a head and may already be of the next one is looked at only from here on. */
const smallRead = 4096;

/**
 * The order on one connection: requests run one after the other, and after a failure nothing more of the
 * connection is run (request smuggling lives from what comes behind).
 */
export class Connection implements ServingConnection {
  readonly peer: Peer;
  readonly socket: Socket;
  readonly rules: ConnectionRules;
  current: HttpExchange | undefined;
  /** Takes no further request: the present answer is the last one. */
  closing = false;
  /** What comes behind the waiting requests is not taken. */
  #broken = false;
  #unread = false;
  /** The client has closed its sending side. */
  #ended = false;
  /** The client does not wait for answers: more of its requests may be on their way. */
  #ahead = false;
  readonly #waiting: HttpExchange[] = [];
  readonly #owner: ConnectionOwner;
  /** Up to where what was read belongs to requests that are known; the rest is a head that is not finished. */
  #headFrom = 0;
  #headCounted = false;
  #stalledAt = 0;
  #stallMark = -1;
  #lingerUntil = 0;
  #lingerFrom = 0;
  /** What had been read when the last answer was complete. */
  #idleFrom = 0;
  #idleSince = 0;
  #idleMark = -1;

  constructor(socket: Socket, peer: Peer, rules: ConnectionRules, owner: ConnectionOwner) {
    this.socket = socket;
    this.peer = peer;
    this.rules = rules;
    this.#owner = owner;
  }

  get idle(): boolean {
    return this.current === undefined;
  }

  /** Answered for the last time; what still comes is dropped. */
  get lingers(): boolean {
    return this.#lingerUntil > 0;
  }

  take(exchange: HttpExchange): void {
    this.#headEnded(exchange);
    if (this.current === undefined) {
      this.#run(exchange);
      return;
    }
    this.#ahead = true;
    this.#readNoMore();
    if (this.#waiting.length < lookAhead && !this.#broken) this.#waiting.push(exchange);
    else this.#broken = true;
  }

  /** A request came behind the last one. More of them are not even read before that is answered. */
  drop(): void {
    this.#ahead = true;
    this.#headDone(this.socket.bytesRead);
    if (!this.lingers) this.#readNoMore();
  }

  /**
   * What a client sends ahead would be kept by node:http without any bound. That resumes the socket at the end of each
   * message, in the next tick: the pause comes behind it, and still before anything else is read.
   */
  #readNoMore(): void {
    this.socket.pause();
    const { current } = this;
    if (current) process.nextTick(() => process.nextTick(pauseAgain, this, current));
  }

  /** Unless another request runs by now, or none: those need what comes. */
  pauseAgain(behind: HttpExchange): void {
    if (this.current === behind && !this.lingers) this.socket.pause();
  }

  #run(exchange: HttpExchange): void {
    this.current = exchange;
    this.peer.requests++;
    const most = this.rules.maxKeepAliveRequests;
    if (exchange.rejection || (this.#broken && this.#waiting.length === 0)) this.closing = true;
    if (this.rules.keepAliveTimeout === 0 || (most > 0 && this.peer.requests >= most))
      this.closing = true;
    if (this.#ended) exchange.clientEnded();
    this.#owner.handle(exchange);
  }

  /** What came behind the last request is a head that is not finished: the parser keeps it. */
  countHead(): void {
    const size = Math.min(this.socket.bytesRead - this.#headFrom, this.#owner.maxHead);
    if (size <= 0 || this.socket.destroyed) return;
    this.#headCounted = true;
    this.#owner.heads.grew(this, size);
  }

  giveUpHead(): void {
    this.#headDone(Number.POSITIVE_INFINITY);
    if (!this.idle || this.lingers) {
      this.socket.destroy();
      return;
    }
    this.closing = true;
    this.socket.write(rawPage(408, { date: new Date().toUTCString(), head: false }));
    this.socket.destroy();
    this.#owner.rejected(this, 408, 'too many request heads are not finished');
  }

  #headEnded(exchange: HttpExchange): void {
    const { bytesRead } = this.socket;
    if (exchange.bodyLength < 0) this.#headDone(Number.POSITIVE_INFINITY);
    else if (exchange.bodyLength === 0 && bytesRead - this.#headFrom <= smallRead)
      this.#headDone(bytesRead);
    else this.#headDone(this.#headFrom + exchange.headLength + exchange.bodyLength);
  }

  /** @param next where the next head begins; never, where nothing more is parsed. */
  #headDone(next: number): void {
    if (this.#headCounted) this.#owner.heads.done(this);
    this.#headCounted = false;
    this.#headFrom = next;
  }

  /** The body of the present request is complete. */
  bodyEnded(): void {
    this.#headFrom = Math.min(this.#headFrom, this.socket.bytesRead);
  }

  /** Told by the exchange when its answer is complete. */
  finished(exchange: HttpExchange): void {
    if (this.current !== exchange) return;
    this.current = undefined;
    const { bytesRead } = this.socket;
    this.#unread = !exchange.bodyComplete;
    if (this.#unread) this.#headFrom = Number.POSITIVE_INFINITY;
    else if (bytesRead - this.#headFrom <= smallRead) this.#headFrom = bytesRead;
    if (this.closing) {
      this.#waiting.length = 0;
      // The head may have been sent before it was known that this answer is the last one.
      if (!exchange.announcedClose) exchange.afterSent(() => this.socket.destroySoon());
    } else if (this.#waiting.length === 0) {
      this.#idleFrom = bytesRead;
      this.socket.resume();
    } else if (!this.socket.writableNeedDrain) process.nextTick(runNext, this);
    // Else: a client that does not read its answers gets no further ones made.
  }

  runNext(): void {
    if (this.current !== undefined || this.socket.destroyed) return;
    const next = this.#waiting.shift();
    if (next) this.#run(next);
  }

  drained(): void {
    if (this.current) this.current.drained();
    else this.runNext();
  }

  /**
   * The parser cannot go on, or the client closed its side inside a request.
   * @returns whether this was answered on its own: nothing else tells of it.
   */
  parseError(status: number, reason: string): boolean {
    if (this.lingers) return false;
    const pending = this.current;
    this.socket.pause();
    if (pending && !pending.bodyComplete) {
      this.closing = true;
      pending.bodyBroken(status, reason);
      return false;
    }
    if (pending || this.#waiting.length > 0) {
      this.#broken = true;
      if (this.#waiting.length === 0) this.closing = true;
      return false;
    }
    // The last answer is on its way: a second one would be taken for that of another request.
    if (this.closing) return false;
    // A connection that never said anything is closed without a word.
    const spoke = status !== 408 || this.socket.bytesRead > 0;
    if (spoke) this.refuse(status);
    else this.socket.destroy();
    return spoke;
  }

  /** Answers without a request, and takes none. */
  refuse(status: number): void {
    this.closing = true;
    this.#headDone(Number.POSITIVE_INFINITY);
    this.socket.write(rawPage(status, { date: new Date().toUTCString(), head: false }));
    this.#linger();
  }

  gone(reason: string): void {
    this.closing = true;
    this.#headDone(Number.POSITIVE_INFINITY);
    this.#waiting.length = 0;
    this.current?.clientGone(reason);
    this.current = undefined;
  }

  /** Stands in for `socket.destroySoon` after the last answer: see `lingerSeconds`. */
  closeSoftly(destroySoon: () => void): void {
    this.closing = true;
    if (this.#unread || this.#ahead) this.#linger();
    else destroySoon();
  }

  /** The client has closed its sending side. */
  ended(): void {
    this.#ended = true;
    if (this.lingers) this.socket.destroy();
    else this.current?.clientEnded();
  }

  #linger(): void {
    if (this.lingers) return;
    this.#lingerUntil = performance.now() + lingerSeconds * 1000;
    this.#lingerFrom = this.socket.bytesRead;
    this.socket.end();
    this.socket.resume();
  }

  /** Once a second. */
  tick(now: number): void {
    this.countHead();
    if (this.lingers) {
      if (now > this.#lingerUntil || this.socket.bytesRead - this.#lingerFrom > lingerBytes)
        this.socket.destroy();
      return;
    }
    if (this.#writeStalled(now) || this.#idleTooLong(now)) {
      this.socket.destroy();
      return;
    }
    const current = this.current;
    if (current && current.bodyWaited(now) > bodySeconds + current.bytesIn / bodyRate) {
      this.closing = true;
      current.bodyBroken(408, 'the request body came too slowly');
    }
  }

  /** Between two requests. Those that came since the last look show in what was read. */
  #idleTooLong(now: number): boolean {
    if (!this.idle || this.peer.requests === 0 || this.socket.writableLength > 0) return false;
    const { bytesRead } = this.socket;
    if (bytesRead !== this.#idleMark) {
      this.#idleMark = bytesRead;
      this.#idleSince = now;
      return false;
    }
    const idle = bytesRead === this.#idleFrom;
    const seconds = idle ? this.rules.keepAliveTimeout + keepAliveMargin : headSeconds;
    return now - this.#idleSince > seconds * 1000;
  }

  #writeStalled(now: number): boolean {
    if (this.socket.writableLength === 0) {
      this.#stallMark = -1;
      return false;
    }
    const mark = this.socket.writableLength * 4096 + unsent(this.socket) + this.socket.bytesWritten;
    if (mark !== this.#stallMark) {
      this.#stallMark = mark;
      this.#stalledAt = now;
      return false;
    }
    return now - this.#stalledAt > this.rules.timeout * 1000;
  }
}

function pauseAgain(connection: Connection, behind: HttpExchange): void {
  connection.pauseAgain(behind);
}

function runNext(connection: Connection): void {
  connection.runNext();
}

/** Bytes that the operating system has not taken; the only sign of progress inside one long write. */
function unsent(socket: Socket): number {
  const handle = (socket as unknown as { _handle?: { writeQueueSize?: number } })._handle;
  return handle?.writeQueueSize ?? 0;
}
