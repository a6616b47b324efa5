import type { Socket } from 'node:net';
import { type AnswerHead, answerHead, declareLength, mayHaveBody } from './answer-head.js';
import { type Exchange, type ExchangeOwner, nobody, type Peer } from './exchange.js';
import type { Rejected, RequestHead } from './head.js';
import { pageOf, reasonOf } from './pages.js';
import { sendWhole, type WholeRequest, type WholeResponse } from './whole-answer.js';

/** What an exchange uses of the connection that it came on. */
export interface ServingConnection {
  readonly peer: Peer;
  readonly socket: Socket;
  /** The present answer is the last one. */
  closing: boolean;
  bodyEnded(): void;
  finished(exchange: HttpExchange): void;
}

/** What an exchange uses of the server's request object. */
export interface NativeRequest extends WholeRequest {
  readonly complete: boolean;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  pause(): unknown;
  resume(): unknown;
  exchange?: HttpExchange;
}

/** What an exchange uses of the server's response object. */
export interface NativeResponse extends WholeResponse {
  writeHead(status: number, reason: string, headers: readonly string[]): unknown;
  write(chunk: Buffer): boolean;
  /** Bytes that wait here and in the socket. */
  readonly writableLength: number;
  end(body?: Buffer | string, encoding?: 'latin1'): unknown;
  writeContinue(): void;
  once(event: 'finish', listener: () => void): unknown;
}

/** Bodies up to this length are joined with the head into one write; the copy is cheaper than a second one. */
const joined = 8192;

export class HttpExchange implements Exchange {
  readonly peer: Peer;
  readonly method: string;
  readonly target: string;
  readonly asSent: string;
  readonly version: '1.0' | '1.1';
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly bodyLength: number;
  awaitsContinue: boolean;
  halfClosed = false;
  readonly startedAt: number;
  owner: ExchangeOwner = nobody;
  status = 0;
  bytesOut = 0;
  bytesIn = 0;
  sentHeaders: readonly string[] = [];
  headSent = false;
  over = false;
  /** Set where the head was not acceptable; nothing else is done with the request then. */
  rejection: Rejected | undefined;
  announcedClose = false;

  readonly #connection: ServingConnection;
  readonly #request: NativeRequest;
  readonly #response: NativeResponse;
  readonly #upgrade: boolean;
  #listening = false;
  #bodyEnded: boolean;
  /** When the body was last let flow, in milliseconds; 0 while it is paused. */
  #flowingSince = 0;
  #flowed = 0;
  /** Content-Length of the answer; -1 for none. */
  #declared = -1;
  #bodiless = false;
  #excess = false;

  constructor(
    connection: ServingConnection,
    request: NativeRequest,
    response: NativeResponse,
    about: {
      method: string;
      target: string;
      version: '1.0' | '1.1';
      rawHeaders: readonly string[];
    },
    head: RequestHead,
    startedAt: number,
  ) {
    this.peer = connection.peer;
    this.method = about.method;
    this.version = about.version;
    this.rawHeaders = about.rawHeaders;
    this.target = head.target;
    this.asSent = about.target;
    this.host = head.host;
    this.bodyLength = head.bodyLength;
    this.awaitsContinue = head.expectsContinue;
    this.startedAt = startedAt;
    this.#upgrade = head.upgrade;
    this.#bodyEnded = head.bodyLength === 0;
    this.#connection = connection;
    this.#request = request;
    this.#response = response;
  }

  get bodyComplete(): boolean {
    return this.#bodyEnded || this.#request.complete;
  }

  /** Bytes that it took on the wire, nearly. */
  get headLength(): number {
    let length = this.method.length + this.target.length + ' HTTP/1.1\r\n\r\n'.length + 1;
    for (const text of this.rawHeaders) length += text.length + 2;
    return length;
  }

  get unsent(): number {
    return this.#response.writableLength;
  }

  /** Seconds that the client had to send the body so far; 0 when nobody waits for it. */
  bodyWaited(now: number): number {
    if (this.#flowingSince === 0 || this.bodyComplete) return 0;
    return (this.#flowed + now - this.#flowingSince) / 1000;
  }

  resumeBody(): void {
    if (this.#bodyEnded || this.over) return;
    if (this.#flowingSince === 0) this.#flowingSince = performance.now();
    if (!this.#listening) {
      this.#listening = true;
      this.#request.exchange = this;
      this.#request.on('data', onData);
      this.#request.on('end', onEnd);
    }
    this.#request.resume();
  }

  pauseBody(): void {
    if (this.#bodyEnded || !this.#listening) return;
    if (this.#flowingSince > 0) this.#flowed += performance.now() - this.#flowingSince;
    this.#flowingSince = 0;
    this.#request.pause();
  }

  sendContinue(): void {
    if (!this.awaitsContinue || this.headSent || this.over) return;
    this.awaitsContinue = false;
    this.#response.writeContinue();
  }

  received(chunk: Buffer): void {
    this.bytesIn += chunk.length;
    if (!this.over) this.owner.onBody(chunk);
  }

  receivedAll(): void {
    this.#bodyEnded = true;
    this.#connection.bodyEnded();
    this.#flowingSince = 0;
    if (!this.over) this.owner.onBodyEnd();
  }

  respond(given: AnswerHead, body: Buffer | string): void {
    if (this.over) return;
    const { length } = body;
    const bodiless = this.method === 'HEAD' || !mayHaveBody(given.status);
    const head = given.declared < 0 && !bodiless ? declareLength(given, length) : given;
    if (!bodiless && length === head.declared && length <= joined && this.#sendWhole(head, body))
      return;
    if (!this.#sendHead(head)) {
      this.fail(500);
      return;
    }
    if (bodiless) {
      this.#response.end();
      this.#finish(undefined);
      return;
    }
    let content = body;
    if (length > this.#declared) {
      this.#tellExcess();
      content =
        typeof body === 'string' ? body.slice(0, this.#declared) : body.subarray(0, this.#declared);
    } else if (length < this.#declared) {
      if (length > 0) this.#response.write(toBuffer(body));
      this.bytesOut += length;
      this.cut('fewer bytes than Content-Length');
      return;
    }
    this.bytesOut += content.length;
    if (typeof content === 'string') this.#response.end(content, 'latin1');
    else if (content.length <= joined) this.#response.end(content.toString('latin1'), 'latin1');
    else this.#response.end(content);
    this.#finish(undefined);
  }

  begin(head: AnswerHead): boolean {
    return this.over || this.#sendHead(head);
  }

  write(chunk: Buffer): boolean {
    if (this.over || this.#bodiless || chunk.length === 0) return true;
    let content = chunk;
    if (this.#declared >= 0 && this.bytesOut + chunk.length > this.#declared) {
      this.#tellExcess();
      content = chunk.subarray(0, this.#declared - this.bytesOut);
      if (content.length === 0) return true;
    }
    this.bytesOut += content.length;
    // By itself node:http corks until the next tick. Now the bytes are hot, and need not be kept if all can leave.
    const { socket } = this.#connection;
    socket.cork();
    const more = this.#response.write(content);
    socket.uncork();
    return more;
  }

  end(): void {
    if (this.over) return;
    if (!this.#bodiless && this.#declared >= 0 && this.bytesOut < this.#declared) {
      this.cut('fewer bytes than Content-Length');
      return;
    }
    this.#response.end();
    this.#finish(undefined);
  }

  cut(reason: string): void {
    if (this.over) return;
    this.#connection.closing = true;
    // What was written still leaves, then the connection breaks: without a last chunk, or short of its length.
    const socket = this.#connection.socket;
    this.#finish(reason);
    if (socket.writableLength === 0) socket.destroy();
    else {
      socket.end();
      socket.once('finish', () => socket.destroy());
    }
  }

  fail(status: number, headers: readonly string[] = []): void {
    if (this.over) return;
    if (this.headSent) {
      this.cut(`status ${status} after the head was sent`);
      return;
    }
    this.#declared = -1;
    const all = [...headers, 'Content-Type', 'text/html; charset=utf-8'];
    this.respond(answerHead(status, reasonOf(status), all), pageOf(status));
  }

  /** Whether this answer is the last one of the connection; says so in its head. */
  get mustClose(): boolean {
    if (!this.bodyComplete || this.#upgrade) this.#connection.closing = true;
    this.announcedClose = this.#connection.closing;
    return this.announcedClose;
  }

  /** Calls once the answer has left the server's buffers. */
  afterSent(then: () => void): void {
    this.#response.once('finish', then);
  }

  bodyBroken(status: number, reason: string): void {
    if (this.over) return;
    this.owner.onGone(reason);
    this.owner = silentButOver(this.owner);
    if (this.headSent) this.cut(reason);
    else this.fail(status);
  }

  clientEnded(): void {
    this.halfClosed = true;
    if (!this.over) this.owner.onHalfClosed();
  }

  clientGone(reason: string): void {
    if (this.over) return;
    this.owner.onGone(reason);
    this.#finish(reason);
  }

  drained(): void {
    if (!this.over) this.owner.onDrain();
  }

  /** The quick way for what most answers are. */
  #sendWhole(head: AnswerHead, body: Buffer | string): boolean {
    if (head.closes || this.mustClose) return false;
    const text = typeof body === 'string' ? body : body.toString('latin1');
    if (!sendWhole(this.#request, this.#response, head, text)) return false;
    this.status = head.status;
    this.sentHeaders = head.headers;
    this.headSent = true;
    this.bytesOut += text.length;
    this.#finish(undefined);
    return true;
  }

  #sendHead(head: AnswerHead): boolean {
    this.#bodiless = this.method === 'HEAD' || !mayHaveBody(head.status);
    this.#declared = head.declared;
    if (head.closes) this.#connection.closing = true;
    const closes = this.mustClose && !head.closes;
    const headers = closes ? [...head.headers, 'Connection', 'close'] : head.headers;
    try {
      this.#response.writeHead(head.status, head.reason, headers);
    } catch {
      return false;
    }
    this.status = head.status;
    this.sentHeaders = headers;
    this.headSent = true;
    return true;
  }

  #tellExcess(): void {
    if (this.#excess) return;
    this.#excess = true;
    this.owner.onExcess(this.#declared);
  }

  #finish(cut: string | undefined): void {
    this.over = true;
    // What is left of the body is read and dropped, so that the client gets to reading the answer.
    if (!this.#bodyEnded) this.#request.resume();
    this.owner.onOver(cut);
    this.#connection.finished(this);
  }
}

function onData(this: NativeRequest, chunk: Buffer): void {
  this.exchange?.received(chunk);
}

function onEnd(this: NativeRequest): void {
  this.exchange?.receivedAll();
}

function silentButOver(owner: ExchangeOwner): ExchangeOwner {
  return { ...nobody, onOver: (cut) => owner.onOver(cut) };
}

function toBuffer(body: Buffer | string): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
}
