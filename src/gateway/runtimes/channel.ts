import { createConnection, type Socket } from 'node:net';
import type { Endpoint } from '../../plan/plan.js';
import {
  environNumbers,
  Frame,
  headerLength,
  initialWindow,
  maximumData,
  protocolVersion,
} from '../../protocol/frames.js';
import { regions, regionWords, slotBits, slotOf, slots } from '../../protocol/journal.js';
import { word } from '../../protocol/marshal.js';
import { FrameReader } from '../../protocol/reader.js';
import { type Journal, openJournal } from './journal-file.js';
import { Outbox } from './outbox.js';

/**
 * What a request in a process is told. Each stream ends with exactly one of the first six.
 *
 * A payload is a view of memory that the next frames overwrite. Who may send it on gives back whether it is in use
 * still; then it stays as it is.
 */
export interface StreamOwner {
  onResponse(payload: Buffer): boolean;
  onStreamEnd(): void;
  onStreamAbort(): void;
  onFailed(failure: number): void;
  onRefused(): void;
  /** The process is dead, or its connection. */
  onLost(begun: boolean): void;

  onHead(payload: Buffer): void;
  onStreamData(payload: Buffer): boolean;
  onCredit(bytes: number): void;
  /** It runs longer than request-timeout allows. */
  onTimeout(seconds: number): void;
  /** The journal shows that it was begun. */
  onBegun(): void;

  /** What was asked for, as the client wrote it. */
  readonly target: string;
  /** Milliseconds of the clock when it was sent. */
  sentAt: number;
  /** Whether a sign came that the runtime has begun it. */
  readonly begun: boolean;
}

export interface ApplicationGroup {
  readonly name: string;
  /** Whether clients have made the name up: its interpreter ends with its last connection. */
  readonly invented: boolean;
}

/** The process at the other end; told of each request, because all its connections share its threads. */
export interface RemoteProcess {
  readonly endpoint: Endpoint;
  sent(now: number): void;
  /** A sign of life. */
  heard(now: number): void;
  /** @param milliseconds the time of the request; undefined: it says nothing. */
  over(milliseconds: number | undefined): void;
}

export interface ChannelEvents {
  welcomed(): void;
  /** More requests can be sent. */
  room(): void;
  /** Nothing new may be sent to the process. */
  goAway(): void;
  /** It serves with what it has of this script, until another process takes its place, or `current`. */
  outdated(script: string): void;
  /** There is nothing better of this script for now. */
  current(script: string): void;
  /** It could not import this script. */
  lacks(script: string): void;
  /** It did not take a request that was meant for it. */
  refused(): void;
  /** No connection can be made, or the journal is not there: its files were removed. */
  unreachable(): void;
  /** All streams have been told. */
  lost(): void;
}

/** Bytes that are read at once: one Data frame of full length, so that each makes one write to its client. */
const readLength = headerLength + maximumData;

/** Errors of a connect that tell nothing of the process's files: it has no time, or the gateway no descriptors. */
const busy: ReadonlySet<string | undefined> = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS']);

const usesMask = (1 << (24 - slotBits)) - 1;

/** A connection to a daemon process, for one of its application groups. */
export class Channel {
  readonly process: RemoteProcess;
  inFlight = 0;
  /** Whether the runtime has answered: what is sent before could not be taken back from a frozen process. */
  welcomed = false;
  journal: Journal | undefined;

  readonly #socket: Socket;
  readonly #out: Outbox;
  readonly #events: ChannelEvents;
  readonly #owners: (StreamOwner | undefined)[] = [];
  /** The stream in each slot; 0: free. */
  readonly #streams = new Int32Array(slots);
  readonly #uses = new Uint16Array(slots);
  /** Bytes of Data that may still come on the stream in each slot. */
  readonly #windows = new Float64Array(slots);
  readonly #free = Array.from({ length: slots }, (_, index) => slots - 1 - index);
  /** Numbers of the environs that the runtime knows. */
  readonly #shared = new Map<string, number>();
  /** When the last frames came. */
  #now = 0;
  /** Read into again and again: new memory for each read would be half of what a large answer costs. */
  #input = Buffer.allocUnsafeSlow(readLength);
  /** Whether a part of it waits for a client that has not taken it. */
  #kept = false;
  #leaving = false;
  #closed = false;

  constructor(
    process: RemoteProcess,
    applicationGroup: ApplicationGroup,
    gateway: number,
    events: ChannelEvents,
  ) {
    this.process = process;
    this.#events = events;
    // A region of the journal may have served an earlier connection: old numbers should not meet new ones.
    for (let slot = 0; slot < slots; slot++)
      this.#uses[slot] = Math.floor(Math.random() * usesMask);
    const reader = new FrameReader((type, stream, payload) => this.#take(type, stream, payload), {
      inPieces: Frame.Data,
    });
    this.#socket = createConnection({
      path: process.endpoint.socket,
      onread: {
        buffer: () => this.#nextInput(),
        callback: (length) => {
          this.#now = performance.now();
          try {
            reader.push(this.#input.subarray(0, length));
          } catch {
            this.#socket.destroy();
          }
          return true;
        },
      },
    });
    this.#out = new Outbox(this.#socket);
    this.#socket.on('error', ({ code, syscall }: NodeJS.ErrnoException) => {
      if (syscall === 'connect' && !busy.has(code)) events.unreachable();
    });
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#lose());
    const numbers = word(protocolVersion) + word(gateway) + word(applicationGroup.invented ? 1 : 0);
    const name = Buffer.from(applicationGroup.name).toString('latin1');
    this.#out.frame(Frame.Hello, 0, numbers + process.endpoint.secret + name);
  }

  /** The number under which the runtime knows the shared part of an environ, which is sent where it does not. */
  share(environ: string): number {
    const known = this.#shared.get(environ);
    if (known !== undefined) return known;
    let number = this.#shared.size;
    if (number === environNumbers) {
      // Not the oldest: where they are a few too many, that is the one which is needed next.
      number = Math.floor(Math.random() * environNumbers);
      for (const [text, used] of this.#shared) if (used === number) this.#shared.delete(text);
    }
    this.#shared.set(environ, number);
    this.#out.frame(Frame.Environ, number, environ);
    return number;
  }

  /**
   * Sends a request. Call only when `welcomed`, and while there is room.
   * @param request the payload of its frame.
   */
  open(owner: StreamOwner, request: string, body: boolean, now: number): number {
    const slot = this.#free.pop() as number;
    let uses = ((this.#uses[slot] as number) + 1) & usesMask;
    if (uses === 0) uses = 1;
    this.#uses[slot] = uses;
    const stream = (uses << slotBits) | slot;
    this.#streams[slot] = stream;
    this.#owners[slot] = owner;
    this.#windows[slot] = initialWindow;
    this.inFlight++;
    this.process.sent(now);
    owner.sentAt = now;
    this.#out.frame(body ? Frame.RequestWithBody : Frame.Request, stream, request);
    return stream;
  }

  data(stream: number, payload: Buffer): void {
    this.#out.data(Frame.Data, stream, payload);
  }

  endBody(stream: number): void {
    this.#out.frame(Frame.End, stream, '');
  }

  grant(stream: number, bytes: number): void {
    const slot = slotOf(stream);
    this.#windows[slot] = (this.#windows[slot] as number) + bytes;
    this.#out.frame(Frame.Credit, stream, word(bytes));
  }

  /** The client has gone. The stream stays taken until the runtime ends it. */
  abort(stream: number): void {
    this.#forget(stream);
    this.#out.frame(Frame.Abort, stream, '');
  }

  /** The client has closed its sending side. */
  halfClosed(stream: number): void {
    this.#out.frame(Frame.HalfClosed, stream, '');
  }

  /** Takes a request that was not begun back. @returns false when it has been begun after all. */
  withdraw(stream: number): boolean {
    if (!this.journal?.withdraw(stream)) return false;
    this.#forget(stream);
    return true;
  }

  /** Whether the journal shows that a stream was begun; undefined where there is no journal to ask. */
  hasBegun(stream: number): boolean | undefined {
    return this.journal?.begun(stream);
  }

  #forget(stream: number): void {
    this.#owners[slotOf(stream)] = undefined;
  }

  /** Sends nothing new; closes when the last request is over. */
  leave(): void {
    this.#leaving = true;
    if (this.inFlight === 0) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The requests that were sent before `before` and gave no sign that they have begun. */
  *unanswered(before: number): Iterable<[stream: number, owner: StreamOwner]> {
    for (const entry of this.sentBefore(before)) if (!entry[1].begun) yield entry;
  }

  /** The requests that were sent before `before` and are not over. */
  *sentBefore(before: number): Iterable<[stream: number, owner: StreamOwner]> {
    if (this.inFlight === 0) return;
    for (let slot = 0; slot < slots; slot++) {
      const owner = this.#owners[slot];
      if (owner && owner.sentAt <= before) yield [this.#streams[slot] as number, owner];
    }
  }

  #nextInput(): Buffer {
    if (this.#kept) this.#input = Buffer.allocUnsafeSlow(readLength);
    this.#kept = false;
    return this.#input;
  }

  #take(type: number, stream: number, payload: Buffer): void {
    if (stream === 0) {
      this.#takeConnection(type, payload);
      return;
    }
    const slot = slotOf(stream);
    if (this.#streams[slot] !== stream) return;
    const owner = this.#owners[slot];
    const now = this.#now;
    this.process.heard(now);
    switch (type) {
      case Frame.Response:
        this.#over(slot, owner, now);
        if (owner?.onResponse(payload)) this.#kept = true;
        break;
      case Frame.Head:
        owner?.onHead(payload);
        return;
      case Frame.Data:
        if (!this.#hasWindow(slot, payload.length)) this.#socket.destroy();
        else if (owner?.onStreamData(payload)) this.#kept = true;
        return;
      case Frame.Credit:
        if (payload.length !== 4 || !this.#reads()) this.#socket.destroy();
        else owner?.onCredit(payload.readUInt32LE());
        return;
      case Frame.End:
        this.#over(slot, owner, now);
        owner?.onStreamEnd();
        break;
      case Frame.Abort:
        this.#over(slot, owner, 0);
        owner?.onStreamAbort();
        break;
      case Frame.Failed:
        this.#over(slot, owner, 0);
        owner?.onFailed(payload[0] ?? 0);
        break;
      case Frame.Refused:
        this.#over(slot, owner, 0);
        owner?.onRefused();
        if (owner) this.#events.refused();
        break;
      default:
        this.#socket.destroy();
        return;
    }
    if (this.#leaving && this.inFlight === 0) this.#socket.end();
    this.#events.room();
  }

  /** A process that sends more than it may would fill the memory of the gateway. */
  #hasWindow(slot: number, length: number): boolean {
    const left = (this.#windows[slot] as number) - length;
    this.#windows[slot] = left;
    return left >= 0;
  }

  /** So does one that asks for more and does not read what it got: a window for each request is the most. */
  #reads(): boolean {
    return this.#socket.writableLength <= (this.inFlight + 4) * 2 * initialWindow;
  }

  #takeConnection(type: number, payload: Buffer): void {
    if (type === Frame.GoAway) {
      this.leave();
      this.#events.goAway();
      return;
    }
    if (type === Frame.Outdated) {
      this.#events.outdated(payload.toString());
      return;
    }
    if (type === Frame.Current) {
      this.#events.current(payload.toString());
      return;
    }
    if (type === Frame.Lacks) {
      this.#events.lacks(payload.toString());
      return;
    }
    const region = payload.length < 12 ? 0 : payload.readUInt32LE(4);
    if (
      type !== Frame.Welcome ||
      this.welcomed ||
      region % regionWords !== 0 ||
      region >= regions * regionWords ||
      payload.length < 12 ||
      payload.readUInt32LE(0) !== protocolVersion
    ) {
      this.#socket.destroy();
      return;
    }
    this.welcomed = true;
    try {
      this.journal = openJournal(this.process.endpoint.journal, region);
    } catch {
      // Without a journal every request counts as begun; the process still serves.
      this.#events.unreachable();
    }
    this.#events.welcomed();
  }

  /** @param now 0: the time of this request says nothing. */
  #over(slot: number, owner: StreamOwner | undefined, now: number): void {
    this.process.over(owner && now > 0 ? now - owner.sentAt : undefined);
    this.#streams[slot] = 0;
    this.#owners[slot] = undefined;
    this.#free.push(slot);
    this.inFlight--;
  }

  #lose(): void {
    if (this.#closed) return;
    this.#closed = true;
    const lost: [StreamOwner, boolean][] = [];
    for (let slot = 0; slot < slots; slot++) {
      const owner = this.#owners[slot];
      const stream = this.#streams[slot] as number;
      this.#owners[slot] = undefined;
      this.#streams[slot] = 0;
      if (stream !== 0) this.process.over(undefined);
      // The process may live and have it: what it has not begun by now it never will.
      if (owner) lost.push([owner, !this.journal?.withdraw(stream)]);
    }
    this.inFlight = 0;
    this.journal?.close();
    this.journal = undefined;
    // The youngest first: each goes to the front of the queue, where the oldest belongs.
    lost.sort(([a], [b]) => b.sentAt - a.sentAt);
    for (const [owner, begun] of lost) owner.onLost(begun);
    this.#events.lost();
  }
}
