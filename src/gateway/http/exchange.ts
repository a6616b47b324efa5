import type { AnswerHead } from './answer-head.js';
import type { Rejected } from './head.js';

/**
 * One request and its answer, as everything behind the HTTP front end sees it.
 * The front end alone knows which HTTP server is underneath.
 */
export interface Exchange {
  readonly peer: Peer;
  readonly method: string;
  /** As received, undecoded, query included; without scheme and host where the client sent an absolute form. */
  readonly target: string;
  /** The target with scheme and host, where the client sent an absolute form. */
  readonly asSent: string;
  readonly version: '1.0' | '1.1';
  /** name, value, name, value, … as received. */
  readonly rawHeaders: readonly string[];
  /** The Host header, or the host of an absolute-form target; `''` where HTTP/1.0 gave none. */
  readonly host: string;
  /** Bytes of the body: -1 for chunked, 0 for none. */
  readonly bodyLength: number;
  /** Whether the client waits for `100 Continue`, which nobody has sent yet. */
  readonly awaitsContinue: boolean;
  /** Whether the client has closed its sending side. */
  readonly halfClosed: boolean;
  /** Seconds since the epoch, with fractions. */
  readonly startedAt: number;

  /** Set where the head is not acceptable: to be answered with this status, and nothing else done. */
  readonly rejection: Rejected | undefined;

  /** What the front end counted, for the access log. */
  readonly status: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** name, value, … of the answer. */
  readonly sentHeaders: readonly string[];

  /** Who is told what happens; set before the first method is called. */
  owner: ExchangeOwner;

  /** Lets the body flow to `owner.onBody`; the front end watches the minimum rate meanwhile. */
  resumeBody(): void;
  pauseBody(): void;
  sendContinue(): void;

  /** A whole answer, text as latin-1. Content-Length is added where the head has none and the status allows one. */
  respond(head: AnswerHead, body: Buffer | string): void;
  /**
   * Begins an answer whose body follows with `write` and `end`.
   * @returns false when a name, a value or the reason cannot be sent; nothing has been sent then.
   */
  begin(head: AnswerHead): boolean;
  /**
   * Nothing of `chunk` is used after the call if `unsent` is 0 then.
   * @returns false when the client is slower: wait for `owner.onDrain`.
   */
  write(chunk: Buffer): boolean;
  end(): void;
  /** Breaks the answer off so that the client sees it, or the connection where no answer has begun. */
  cut(reason: string): void;
  /** A fixed page; closes the connection where the body was not read to its end. */
  fail(status: number, headers?: readonly string[]): void;

  readonly headSent: boolean;
  readonly over: boolean;
  /** Bytes of answers that the client has not taken yet. */
  readonly unsent: number;
}

/** What the access log needs to know. */
export interface Logged
  extends Pick<
    Exchange,
    | 'peer'
    | 'method'
    | 'target'
    | 'asSent'
    | 'version'
    | 'rawHeaders'
    | 'host'
    | 'startedAt'
    | 'status'
    | 'bytesOut'
    | 'bytesIn'
    | 'sentHeaders'
  > {
  /** Set where what came was no request at all. */
  readonly unparsed?: true;
}

export interface ExchangeOwner {
  onBody(chunk: Buffer): void;
  /** The body is complete. */
  onBodyEnd(): void;
  /** The body broke off, or the connection is gone: nothing can be answered any more. */
  onGone(reason: string): void;
  /** The client has closed its sending side: it may read still, or be gone. Not told where it was so before. */
  onHalfClosed(): void;
  onDrain(): void;
  /** The application wrote more than its Content-Length; told once. */
  onExcess(declared: number): void;
  /** The answer has been handed to the network, or cut. Told exactly once. */
  onOver(cut: string | undefined): void;
}

/** One client connection. */
export interface Peer {
  /** Unique for the life of the gateway, among all gateways. */
  readonly id: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Requests taken from it so far. */
  requests: number;
  /** What routing and environ keep for the next request of the connection. */
  readonly memory: PeerMemory;
}

export interface PeerMemory {
  /** Encoded environ values of the connection, by dialect. */
  encoded?: { readonly dialect: 2 | 3; readonly text: string };
  /** The last Host header and what was encoded for it. */
  host?: {
    readonly dialect: 2 | 3;
    readonly header: string;
    readonly site: object;
    /** The settings that say how the server calls itself. */
    readonly rules: object;
    readonly text: string;
  };
  /** The last choice of virtual host. */
  site?: { readonly header: string; readonly site: unknown };
}

/** An owner that ignores everything: for exchanges that are answered at once. */
export const nobody: ExchangeOwner = {
  onBody() {},
  onBodyEnd() {},
  onGone() {},
  onHalfClosed() {},
  onDrain() {},
  onExcess() {},
  onOver() {},
};
