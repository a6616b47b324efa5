import type { HostPlan, RequestSettings } from '../plan/plan.js';
import { Failure } from '../protocol/frames.js';
import { Answer, type AnswerSource } from './answer.js';
import { encodeRequest, encodeShared } from './environ/environ.js';
import type { EnvironSource } from './environ/source.js';
import type { AnswerHead } from './http/answer-head.js';
import type { Exchange, ExchangeOwner } from './http/exchange.js';
import { type BodyOwner, RequestBody } from './request-body.js';
import { type Told, tellCut, tellFailed, tellTruncated } from './request-events.js';
import type { Route } from './routing/route.js';
import type { Variables } from './routing/variables.js';
import type { Channel, StreamOwner } from './runtimes/channel.js';
import type { Pool, Waiting } from './runtimes/pool.js';
import { readHead } from './runtimes/response-head.js';
import type { Services } from './services.js';

/** A request that so many processes did not survive is not given to another one, begun or not. */
const mostLosses = 5;
/** From this length on a body of known length may reach the application before it is complete. */
const streamedFrom = 64 * 1024;
const retry: readonly string[] = ['Retry-After', '1'];

export interface WsgiFields {
  readonly scriptName: string;
  readonly pathInfo: string;
  readonly query: string;
  readonly path: string;
  readonly variables: Variables;
  readonly processGroup: string;
  readonly applicationGroup: string;
  readonly callable: string;
}

/** One request on its way to an application, and its answer on the way back. */
export class WsgiRequest
  implements ExchangeOwner, StreamOwner, Waiting, EnvironSource, BodyOwner, AnswerSource, Told
{
  readonly exchange: Exchange;
  readonly route: Route;
  readonly scriptName: string;
  readonly pathInfo: string;
  readonly query: string;
  readonly path: string;
  readonly variables: Variables;
  readonly processGroup: string;
  readonly applicationGroup: string;
  readonly callable: string;
  readonly requestId: string;
  queueStart = 0;
  waitsSince = 0;
  sentAt = 0;
  begun = false;

  readonly #services: Services;
  readonly pool: Pool;
  #channel: Channel | undefined;
  #stream = 0;
  #losses = 0;
  /** Of the process that has it, or had it last. */
  pid = 0;
  #submitted = false;
  readonly #body: RequestBody;
  /** Where the answer comes in pieces. */
  #answer: Answer | undefined;
  /** The client has gone or was answered otherwise. */
  gone = false;

  constructor(
    services: Services,
    exchange: Exchange,
    route: Route,
    pool: Pool,
    fields: WsgiFields,
  ) {
    this.#services = services;
    this.pool = pool;
    this.exchange = exchange;
    this.route = route;
    this.scriptName = fields.scriptName;
    this.pathInfo = fields.pathInfo;
    this.query = fields.query;
    this.path = fields.path;
    this.variables = fields.variables;
    this.processGroup = fields.processGroup;
    this.applicationGroup = fields.applicationGroup;
    this.callable = fields.callable;
    this.requestId = services.nextRequestId();
    this.#body = new RequestBody(exchange.bodyLength === 0, this);
  }

  get script(): string {
    return this.route.file;
  }

  start(): void {
    const { exchange } = this;
    exchange.owner = this;
    if (this.#body.complete || (exchange.awaitsContinue && this.#mayBeAsked)) this.#submit();
    else {
      exchange.sendContinue();
      exchange.resumeBody();
    }
  }

  /** Whether a client that waits with its body learns from the application whether it is wanted: that holds a thread. */
  get #mayBeAsked(): boolean {
    return this.pool.hasThreadsToSpare || this.pool.refuses;
  }

  // What the client does

  onBody(chunk: Buffer): void {
    const limit = this.route.settings.limitRequestBody;
    if (limit > 0 && this.exchange.bytesIn > limit) {
      this.#refuse(413, `a body of more than ${limit} bytes (LimitRequestBody)`);
      return;
    }
    const streams = !this.#submitted && this.#mayStream(chunk.length);
    this.#body.add(chunk, !this.#submitted && !streams);
    if (streams) {
      this.exchange.pauseBody();
      this.#submit();
    } else if (this.#channel) this.#pump();
    else if (this.#submitted || this.#body.congested || this.#body.unstorable) {
      this.exchange.pauseBody();
      if (this.#body.stored && this.#body.unstorable) this.#submit();
    }
  }

  /** Whether the application may read the body while it comes: a thread that waits for its client is no loss now. */
  #mayStream(more: number): boolean {
    const enough = this.exchange.bodyLength < 0 ? 1 : streamedFrom;
    return !this.#body.inFile && this.#body.length + more >= enough && this.pool.hasThreadsToSpare;
  }

  onBodyEnd(): void {
    this.#body.complete = true;
    if (this.#channel) this.#pump();
    else if (this.#body.stored) this.#submit();
  }

  bodyStored(): void {
    if (this.gone || this.#submitted) return;
    if (this.#body.complete || this.#body.unstorable) this.#submit();
    else this.exchange.resumeBody();
  }

  onGone(_reason: string): void {
    this.#abandon();
  }

  onHalfClosed(): void {
    this.#channel?.halfClosed(this.#stream);
  }

  onDrain(): void {
    this.#answer?.drained();
  }

  onExcess(declared: number): void {
    tellTruncated(this.#services.emit, this, declared);
  }

  get host(): HostPlan {
    return this.route.host;
  }

  get settings(): RequestSettings {
    return this.route.settings;
  }

  onOver(cut: string | undefined): void {
    if (cut !== undefined && !this.gone) tellCut(this.#services.emit, this, cut);
    this.#abandon();
    this.#services.logAccess(this.exchange, this.route.host, this);
  }

  bodyReady(): void {
    this.#pump();
  }

  bodyFailed(reason: string): void {
    this.#refuse(503, reason, retry);
  }

  // What the pool does

  send(channel: Channel, now: number): void {
    this.#channel = channel;
    this.pid = channel.process.endpoint.pid;
    const { dialect } = channel.process.endpoint;
    const body = this.exchange.bodyLength !== 0;
    this.#body.rewind();
    const number = channel.share(encodeShared(this, this.#services.facts, dialect));
    this.#stream = channel.open(this, encodeRequest(this, number, dialect), body, now);
    if (this.exchange.halfClosed) channel.halfClosed(this.#stream);
    if (!body) return;
    this.#pump();
    if (this.exchange.awaitsContinue) this.#watchBegin(channel, this.#stream, 5);
  }

  giveUp(status: 503 | 504, reason: string): void {
    this.#refuse(status, reason, status === 503 ? retry : []);
  }

  moved(): void {
    this.#again();
  }

  // What the answer does

  get timeout(): number {
    return this.route.host.timeout;
  }

  grant(bytes: number): void {
    this.#channel?.grant(this.#stream, bytes);
  }

  // What the runtime does

  get target(): string {
    return this.exchange.target;
  }

  onResponse(payload: Buffer): boolean {
    this.#detach();
    const length = payload.length < 4 ? payload.length : payload.readUInt32LE();
    if (length > payload.length - 4) {
      this.#fail(502, 'the process sent a malformed response');
      return false;
    }
    const head = this.#readHead(payload.toString('latin1', 4, 4 + length));
    if (head) this.exchange.respond(head, payload.subarray(4 + length));
    return this.exchange.unsent > 0;
  }

  onHead(payload: Buffer): void {
    this.#begin();
    if (this.#answer) return;
    const head = this.#readHead(payload.toString('latin1'));
    if (!head) return;
    this.#answer = new Answer(this.exchange, this.#services, this);
    if (!this.exchange.begin(head)) this.#refuse(500, 'a header of the response cannot be sent');
  }

  onStreamData(payload: Buffer): boolean {
    const answer = this.#answer;
    return answer !== undefined && !this.gone && answer.data(payload);
  }

  onStreamEnd(): void {
    this.#detach();
    if (this.#answer) this.#answer.end();
    else this.#fail(502, 'the process ended the stream without a response');
  }

  onStreamAbort(): void {
    this.#detach();
    if (this.exchange.headSent) this.exchange.cut('the application failed while it answered');
    else this.#fail(502, 'the process broke the response off');
  }

  onFailed(failure: number): void {
    this.#detach();
    if (failure === Failure.Gone) {
      this.#abandon();
      this.exchange.cut('the client closed the connection');
    } else if (failure === Failure.Missing) this.exchange.fail(404);
    else this.#fail(500, failures.get(failure) ?? 'the application failed');
  }

  /** A process says that it did not begin, also where it was taken for begun: then the body may not be whole. */
  onRefused(): void {
    if (this.#answer) this.onStreamAbort();
    else if (this.#body.whole) this.#again();
    else {
      this.#detach();
      this.#fail(503, 'the process refused the request when a part of its body was gone', retry);
    }
  }

  onLost(begun: boolean): void {
    if (begun || this.begun || this.#answer || ++this.#losses > mostLosses) {
      this.#detach();
      if (this.exchange.headSent) this.exchange.cut(`process ${this.pid} ended while it answered`);
      else this.#fail(502, `process ${this.pid} ended while it ran the request`);
    } else this.#again();
  }

  onCredit(bytes: number): void {
    this.#begin();
    this.#body.credit(bytes);
    this.#continueBody();
  }

  onTimeout(seconds: number): void {
    this.#refuse(504, `ran longer than ${seconds} s (request-timeout)`);
  }

  onBegun(): void {
    this.#begin();
    if (this.exchange.awaitsContinue) this.#continueBody();
  }

  /** Where the client waits with its body: the process has begun, and nobody else will read it. */
  #continueBody(): void {
    this.exchange.sendContinue();
    this.#pump();
  }

  /** A runtime says nothing when it begins, so its journal is asked until it has. */
  #watchBegin(channel: Channel, stream: number, milliseconds: number): void {
    setTimeout(() => {
      if (this.gone || this.begun || this.#stream !== stream) return;
      if (channel.hasBegun(stream) === false)
        this.#watchBegin(channel, stream, Math.min(250, milliseconds * 2));
      else this.onBegun();
    }, milliseconds);
  }

  #submit(): void {
    if (this.#submitted) return;
    this.#submitted = true;
    this.waitsSince = performance.now();
    this.queueStart = this.#services.wallClock(this.waitsSince);
    this.pool.submit(this);
  }

  /** Sends what there is credit for; lets the client send when there is more. */
  #pump(): void {
    if (!this.#channel || this.gone) return;
    const state = this.#body.send(this.#channel, this.#stream);
    if (state === 'blocked') this.exchange.pauseBody();
    else if (state === 'wants-more' && !this.exchange.awaitsContinue) this.exchange.resumeBody();
  }

  /** The runtime has begun: the request never goes elsewhere. */
  #begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.#body.begin();
  }

  #again(): void {
    this.#detach();
    if (this.gone) return;
    this.pool.putBack(this);
  }

  /** The stream is over, or no longer ours. */
  #detach(): void {
    this.#answer?.detach();
    this.#channel = undefined;
    this.#stream = 0;
  }

  #abandon(): void {
    if (this.gone) return;
    this.gone = true;
    this.#body.drop();
    if (this.#channel) this.#channel.abort(this.#stream);
    this.#detach();
    this.#answer?.close();
  }

  #readHead(text: string): AnswerHead | undefined {
    const head = readHead(text);
    if (typeof head !== 'string') return head;
    this.#refuse(500, `the response cannot be sent: ${head}`);
    return undefined;
  }

  /** Answers with a page and lets the process know that nobody waits. */
  #refuse(status: number, reason: string, headers: readonly string[] = []): void {
    this.#fail(status, reason, headers);
    this.#abandon();
  }

  #fail(status: number, reason: string, headers: readonly string[] = []): void {
    if (this.gone || this.exchange.over) return;
    tellFailed(this.#services.emit, this, status, reason);
    this.exchange.fail(status, headers);
  }
}

const failures = new Map<number, string>([
  [Failure.Raised, 'the application raised an exception'],
  [Failure.Import, 'the script could not be imported'],
  [Failure.Callable, 'the script has no such callable object'],
  [Failure.Foreign, 'the configuration does not give the script to this process group'],
]);
