import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Endpoint } from '../../../../src/plan/plan.js';
import { Frame, protocolVersion, secretLength } from '../../../../src/protocol/frames.js';
import {
  begunOffset,
  journalLength,
  slots,
  withdrawnOffset,
} from '../../../../src/protocol/journal.js';
import { FrameReader } from '../../../../src/protocol/reader.js';
import { type Environ, readRequest, readShared } from './environ.js';

/** One request as a fake runtime has it. */
export class FakeRequest {
  readonly environ: Environ;
  readonly hasBody: boolean;
  readonly stream: number;
  body = Buffer.alloc(0);
  bodyEnded = false;
  aborted = false;
  halfClosed = false;
  credit = 0;
  /** Called for whatever arrives. */
  changed: () => void = () => {};
  readonly #runtime: FakeRuntime;
  readonly #socket: Socket;

  constructor(
    runtime: FakeRuntime,
    socket: Socket,
    stream: number,
    environ: Environ,
    hasBody: boolean,
  ) {
    this.#runtime = runtime;
    this.#socket = socket;
    this.stream = stream;
    this.environ = environ;
    this.hasBody = hasBody;
  }

  get script(): string {
    return String(this.environ.get('SCRIPT_FILENAME'));
  }

  get path(): string {
    return String(this.environ.get('PATH_INFO'));
  }

  frame(type: number, payload: Buffer | string = ''): void {
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
    const header = Buffer.alloc(8);
    header.writeUInt32LE(bytes.length, 0);
    header.writeUInt32LE(((this.stream << 8) | type) >>> 0, 4);
    this.#socket.write(Buffer.concat([header, bytes]));
  }

  /** Its script has changed. In one write, as other requests must not come between. */
  refuseAsOutdated(): void {
    this.#socket.cork();
    this.#runtime.tell(Frame.Outdated, this.script);
    this.frame(Frame.Refused);
    this.#socket.uncork();
  }

  /** Marks the request as begun; false when the gateway has taken it back. */
  begin(): boolean {
    return this.#runtime.begin(this.stream);
  }

  respond(head: string, body: Buffer | string = ''): void {
    const text = Buffer.from(head, 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    this.frame(
      Frame.Response,
      Buffer.concat([length, text, typeof body === 'string' ? Buffer.from(body, 'latin1') : body]),
    );
  }

  text(body: string): void {
    this.respond('200 OK\nContent-Type\ntext/plain', body);
  }

  head(head: string): void {
    this.frame(Frame.Head, head);
  }

  data(payload: Buffer | string): void {
    this.frame(Frame.Data, payload);
  }

  end(): void {
    this.frame(Frame.End);
  }

  grant(bytes: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(bytes);
    this.frame(Frame.Credit, payload);
  }

  /** Resolves when `condition` holds; looked at whenever something arrives. */
  until(condition: (request: FakeRequest) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (condition(this)) resolve();
      };
      this.changed = look;
      look();
    });
  }
}

export type FakeApplication = (request: FakeRequest) => void;

/** Something that listens on a Unix socket and speaks the protocol, with the application as a function. */
export class FakeRuntime {
  readonly endpoint: Endpoint;
  readonly requests: FakeRequest[] = [];
  /** The application groups of its connections, with `invented` where it was said to be. */
  readonly greetings: string[] = [];
  application: FakeApplication;
  /** What a new connection gets. */
  welcome = welcome();
  /** Environ frames so far. */
  environs = 0;
  /** Connections so far. */
  opened = 0;
  readonly #server;
  readonly #journal: number;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: (() => void)[] = [];

  private constructor(endpoint: Endpoint, application: FakeApplication) {
    this.endpoint = endpoint;
    this.application = application;
    const file = openSync(endpoint.journal, 'w+');
    writeSync(file, Buffer.alloc(journalLength));
    this.#journal = file;
    this.#server = createServer((socket) => this.#open(socket));
  }

  static async start(
    folder: string,
    about: Partial<Endpoint> & { id: number },
    application: FakeApplication,
  ): Promise<FakeRuntime> {
    const runtime = new FakeRuntime(
      {
        processGroup: 'site',
        applicationGroup: '',
        pid: 1000 + about.id,
        socket: join(folder, `${about.id}.sock`),
        journal: join(folder, `${about.id}.journal`),
        secret: '5'.repeat(secretLength),
        threads: 4,
        dialect: 3,
        ...about,
      },
      application,
    );
    await new Promise<void>((resolve) => runtime.#server.listen(runtime.endpoint.socket, resolve));
    return runtime;
  }

  begin(stream: number): boolean {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(stream);
    writeSync(this.#journal, word, 0, 4, begunOffset(0, stream));
    readSync(this.#journal, word, 0, 4, withdrawnOffset(0, stream));
    return word.readUInt32LE() !== stream;
  }

  /** As if the process had been killed. */
  kill(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.kill();
    closeSync(this.#journal);
  }

  /** Sends bytes as they are on all connections. */
  raw(bytes: Buffer): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  /** Stops reading. */
  stall(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  goAway(): void {
    this.tell(Frame.GoAway);
  }

  /** A frame of the connection itself, on all connections. */
  tell(type: number, payload = ''): void {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(type, 4);
    this.raw(Buffer.concat([header, Buffer.from(payload)]));
  }

  /** Resolves with the request of this number (from 0), when it is here. */
  async request(index: number): Promise<FakeRequest> {
    while (this.requests.length <= index)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.requests[index] as FakeRequest;
  }

  /** Resolves when no connection has said this first. */
  async closed(greeting: string): Promise<void> {
    while (this.greetings.includes(greeting))
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #open(socket: Socket): void {
    this.#sockets.add(socket);
    this.opened++;
    let greeting = '';
    const streams = new Map<number, FakeRequest>();
    const shared = new Map<number, Environ>();
    const reader = new FrameReader((type, stream, payload) => {
      if (type === Frame.Hello) {
        greeting = greetingOf(payload);
        this.greetings.push(greeting);
        socket.write(this.welcome);
      }
      if (type === Frame.Environ) {
        this.environs++;
        shared.set(stream, readShared(payload));
      } else if (type === Frame.Request || type === Frame.RequestWithBody) {
        const request = new FakeRequest(
          this,
          socket,
          stream,
          readRequest(payload, shared),
          type === Frame.RequestWithBody,
        );
        streams.set(stream, request);
        this.requests.push(request);
        this.application(request);
        for (const wake of this.#waiting.splice(0)) wake();
      } else if (streams.has(stream)) take(streams.get(stream) as FakeRequest, type, payload);
    });
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.greetings.splice(this.greetings.indexOf(greeting), 1);
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }
}

function take(request: FakeRequest, type: number, payload: Buffer): void {
  if (type === Frame.Data) request.body = Buffer.concat([request.body, payload]);
  else if (type === Frame.End) request.bodyEnded = true;
  else if (type === Frame.Abort) request.aborted = true;
  else if (type === Frame.HalfClosed) request.halfClosed = true;
  else if (type === Frame.Credit) request.credit += payload.readUInt32LE();
  request.changed();
}

function greetingOf(hello: Buffer): string {
  const name = hello.toString('utf8', 12 + secretLength);
  return hello.readUInt32LE(8) === 1 ? `${name} invented` : name;
}

/** @param region in words. */
export function welcome(region = 0): Buffer {
  const frame = Buffer.alloc(20);
  frame.writeUInt32LE(12, 0);
  frame.writeUInt32LE(Frame.Welcome, 4);
  frame.writeUInt32LE(protocolVersion, 8);
  frame.writeUInt32LE(region, 12);
  frame.writeUInt32LE(slots, 16);
  return frame;
}
