import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Boot,
  Control,
  encodeControl,
  type Log,
  type Message,
} from '../../src/protocol/control.js';
import {
  Frame,
  headerLength,
  protocolVersion,
  requestKeys,
  secretLength,
} from '../../src/protocol/frames.js';
import { parseHead } from '../../src/protocol/head.js';
import { journalLength } from '../../src/protocol/journal.js';
import {
  type Dialect,
  decodeMarshal,
  dictClose,
  dictOpen,
  encodeKey,
  encodeMarshal,
  encodePair,
  encodeText,
  encodeTuple,
  tupleOpen,
} from '../../src/protocol/marshal.js';
import { FrameReader } from '../../src/protocol/reader.js';
import { realMachine } from '../../src/python/machine.js';
import { packRuntime } from '../../src/python/pack-runtime.js';
import { packMain, runtimeMain } from '../../src/server/package-files.js';
import { bindUnix } from '../../src/supervisor/listening-handle.js';

/** The runtime compiled by each interpreter, as the supervisor has it. */
const packed = new Map<string, ReturnType<typeof packRuntime>>();

export function packedFor(python: string): ReturnType<typeof packRuntime> {
  const known = packed.get(python);
  if (known) return known;
  // A test that runs as root trusts the interpreters of root.
  const machine = { ...realMachine(), self: { uid: -1, gid: -1, groups: [] } };
  const packing = packRuntime(python, undefined, packMain, machine, undefined);
  packed.set(python, packing);
  return packing;
}

export interface Received {
  readonly kind: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** What a connection says first, beside its application group. */
export interface Greeting {
  /** The right one where absent. */
  readonly secret?: string;
  readonly invented?: boolean;
}

/** A daemon process under test, with this test as its supervisor and its gateway. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  readonly folder: string;
  readonly journal: string;
  readonly logs: Log[];
  readonly messages: Message[];
  /** Control frames other than Log and Message, by kind. */
  readonly control: { kind: number; value: unknown }[];
  readonly output: string[];
  script(name: string, source: string): string;
  connect(applicationGroup?: string, greeting?: Greeting): Promise<Gateway>;
  tell(kind: Control, value: Record<string, number | boolean | string | null>): void;
  /** Reads nothing from the control connection any more, as a supervisor that stands still; or goes on. */
  freezeSupervisor(frozen: boolean): void;
  /** Ends the control connection, as the death of the supervisor does. */
  abandon(): void;
  /** Closes what the kernel watches for the death of the supervisor; the control connection stays. */
  cutLifeline(): void;
  exited: Promise<{ code: number | null; signal: string | null }>;
  /** Waits until `done()` holds; looks again at each sign of life of the daemon. */
  until(what: string, done: () => boolean): Promise<void>;
}

export async function startDaemon(
  python: string,
  dialect: Dialect,
  boot: Partial<Omit<Boot, 'scripts'>> & {
    /** Written to the folder before the start. */
    scripts?: Record<string, string>;
    /** What the daemon may run; everything where absent. */
    named?: (folder: string) => readonly string[];
    compiled?: Buffer;
  } = {},
): Promise<Daemon> {
  const folder = fs.realpathSync(fs.mkdtempSync('/tmp/venvhost-runtime-test-'));
  const script = (name: string, source: string) => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, source);
    return file;
  };
  for (const [name, source] of Object.entries(boot.scripts ?? {})) script(name, source);
  const listener = bindUnix(path.join(folder, 'socket'));
  const journal = path.join(folder, 'journal');
  fs.writeFileSync(journal, Buffer.alloc(journalLength));
  const journalFd = fs.openSync(journal, 'r+');
  const compiled = path.join(folder, 'compiled');
  fs.writeFileSync(compiled, boot.compiled ?? (await packedFor(python)) ?? '');
  const compiledFd = fs.openSync(compiled, 'r');
  const child = spawn(python, [runtimeMain], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', listener.fd, journalFd, 'pipe', compiledFd],
    env: { LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' },
    detached: true,
  });
  fs.closeSync(journalFd);
  fs.closeSync(compiledFd);
  const signal = new Signal();
  let gone = false;
  const said = once(child.stdio[3] as net.Socket, 'close').catch(() => {});
  const exited = once(child, 'exit').then(async ([code, how]) => {
    gone = true;
    // What it said last may still be on its way; a child that it left behind may hold the connection open.
    await Promise.race([said, pause(1000, undefined, { ref: false })]);
    signal.notify();
    return { code: code as number | null, signal: how as string | null };
  });
  const logs: Log[] = [];
  const messages: Message[] = [];
  const control: { kind: number; value: unknown }[] = [];
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output.push(String(data));
      signal.notify();
    });
  }
  const socket = child.stdio[3] as net.Socket;
  socket.on('error', () => {});
  const reader = new FrameReader((kind, _stream, payload) => {
    const value = decodeMarshal(payload);
    if (kind === Control.Log) logs.push(value as unknown as Log);
    else if (kind === Control.Message) messages.push(value as unknown as Message);
    else control.push({ kind, value });
    signal.notify();
  });
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  const { scripts: _, compiled: __, named, ...rest } = boot;
  socket.write(
    encodeControl(
      Control.Boot,
      { ...bootDefaults, ...(named && { scripts: named(folder) }), ...rest } as never,
      dialect,
    ),
  );
  const gateways: Gateway[] = [];
  const daemon: Daemon = {
    pid: child.pid as number,
    folder,
    journal,
    logs,
    messages,
    control,
    output,
    script,
    exited,
    tell: (kind, value) => void socket.write(encodeControl(kind, value, dialect)),
    freezeSupervisor: (frozen) => void (frozen ? socket.pause() : socket.resume()),
    abandon: () => socket.destroy(),
    cutLifeline: () => (child.stdio as unknown as net.Socket[])[6]?.destroy(),
    until: (what, done) =>
      signal.until(
        () => `${what}; the daemon said ${JSON.stringify({ messages, logs, control, output })}`,
        done,
      ),
    connect: async (applicationGroup = '', greeting = {}) => {
      const place = path.join(folder, 'socket');
      const gateway = await connect(place, dialect, applicationGroup, greeting);
      gateways.push(gateway);
      return gateway;
    },
    [Symbol.asyncDispose]: async () => {
      for (const gateway of gateways) gateway.socket.destroy();
      if (!gone) process.kill(-(child.pid as number), 'SIGKILL');
      await exited;
      listener.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  await daemon.until(
    'the daemon is ready',
    () =>
      gone || control.some((one) => one.kind === Control.Ready || one.kind === Control.BootFailed),
  );
  return daemon;
}

const bootDefaults: Boot = {
  version: 1,
  process_group: 'tests',
  application_group: '',
  sub_interpreters: false,
  threads: 3,
  processes: 1,
  multiprocess: false,
  python_path: [],
  directory: null,
  directory_on_path: false,
  umask: null,
  display_name: '(wsgi:tests)',
  uid: null,
  gid: null,
  gateway_uid: process.getuid?.() ?? 0,
  secret: 'a secret of the tests '.padEnd(secretLength, '.'),
  scripts: ['/'],
  script_beginnings: [],
  maximum_requests: 0,
  graceful_timeout: 15,
  shutdown_timeout: 5,
  preload: [],
};

/** The gateway's end of a connection. */
export interface Gateway {
  readonly socket: net.Socket;
  readonly received: Received[];
  /** Words; from Welcome. */
  readonly region: number;
  send(kind: number, stream: number, payload?: Buffer): void;
  request(stream: number, environ: Record<string, string>, body?: Buffer | 'open'): void;
  /** Resolves with the answer of one stream when it is over. */
  answer(stream: number): Promise<Answer>;
  frames(stream: number): Received[];
  until(what: string, done: () => boolean): Promise<void>;
  readonly closed: () => boolean;
}

export interface Answer {
  readonly end: 'response' | 'end' | 'abort' | 'failed' | 'refused';
  readonly failure?: number;
  readonly status?: number;
  readonly reason?: string;
  readonly headers: [string, string][];
  readonly body: Buffer;
}

async function connect(
  socketPath: string,
  dialect: Dialect,
  applicationGroup: string,
  { secret = bootDefaults.secret, invented = false }: Greeting,
): Promise<Gateway> {
  const socket = net.connect(socketPath);
  const received: Received[] = [];
  const signal = new Signal();
  let closed = false;
  const underWay = new Set<number>();
  let goAway = false;
  const reader = new FrameReader((kind, stream, payload) => {
    received.push({ kind, stream, payload: Buffer.from(payload) });
    if (ends.has(kind)) underWay.delete(stream);
    goAway ||= kind === Frame.GoAway;
    if (goAway && underWay.size === 0) socket.end();
    signal.notify();
  });
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.on('error', () => {});
  socket.on('close', () => {
    closed = true;
    signal.notify();
  });
  const send = (kind: number, stream: number, payload: Buffer = Buffer.alloc(0)) => {
    const header = Buffer.alloc(headerLength);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(((stream << 8) | kind) >>> 0, 4);
    socket.write(Buffer.concat([header, payload]));
  };
  const until = (what: string, done: () => boolean) =>
    signal.until(
      () => `${what}; frames: ${JSON.stringify(received.map((one) => [one.kind, one.stream]))}`,
      done,
    );
  const frames = (stream: number) => received.filter((one) => one.stream === stream);
  const hello = Buffer.alloc(12);
  hello.writeUInt32LE(protocolVersion, 0);
  hello.writeUInt32LE(invented ? 1 : 0, 8);
  send(Frame.Hello, 0, Buffer.concat([hello, Buffer.from(secret + applicationGroup)]));
  await until(
    'welcome or closed',
    () => closed || received.some((one) => one.kind === Frame.Welcome),
  );
  const region = received[0]?.payload.readUInt32LE(4) ?? -1;
  return {
    socket,
    received,
    region,
    send,
    until,
    frames,
    closed: () => closed,
    request(stream, environ, body) {
      const kind = body === undefined ? Frame.Request : Frame.RequestWithBody;
      underWay.add(stream);
      send(Frame.Environ, 0, encodeShared(environ, dialect));
      send(kind, stream, encodeRequest(environ, body, dialect));
      if (Buffer.isBuffer(body)) {
        send(Frame.Data, stream, body);
        send(Frame.End, stream);
      }
    },
    async answer(stream) {
      await until(
        `the end of stream ${stream}`,
        () => closed || frames(stream).some((one) => ends.has(one.kind)),
      );
      return readAnswer(frames(stream));
    },
  };
}

const ends = new Map<number, Answer['end']>([
  [Frame.Response, 'response'],
  [Frame.End, 'end'],
  [Frame.Abort, 'abort'],
  [Frame.Failed, 'failed'],
  [Frame.Refused, 'refused'],
]);

function readAnswer(frames: readonly Received[]): Answer {
  const last = frames.find((one) => ends.has(one.kind));
  if (!last) throw new Error('the connection closed before the stream was over');
  const bodies = frames.filter((one) => one.kind === Frame.Data).map((one) => one.payload);
  let headText = frames.find((one) => one.kind === Frame.Head)?.payload.toString('latin1');
  if (last.kind === Frame.Response) {
    const length = last.payload.readUInt32LE(0);
    headText = last.payload.toString('latin1', 4, 4 + length);
    bodies.push(last.payload.subarray(4 + length));
  }
  const head = headText === undefined ? undefined : parseHead(headText);
  const headers: [string, string][] = [];
  for (let index = 0; index < (head?.headers.length ?? 0); index += 2) {
    headers.push([head?.headers[index] ?? '', head?.headers[index + 1] ?? '']);
  }
  return {
    end: ends.get(last.kind) as Answer['end'],
    ...(last.kind === Frame.Failed ? { failure: last.payload[0] as number } : {}),
    ...(head ? { status: head.status, reason: head.reason } : {}),
    headers,
    body: Buffer.concat(bodies),
  };
}

function encodeShared(environ: Record<string, string>, dialect: Dialect): Buffer {
  const entries = {
    SCRIPT_NAME: '',
    'wsgi.url_scheme': 'http',
    'mod_wsgi.script_reloading': '1',
    'mod_wsgi.callable_object': 'application',
    ...environ,
  };
  return Buffer.from(dictOpen + pairs(entries, dialect) + constants(dialect) + dictClose, 'latin1');
}

function encodeRequest(
  environ: Record<string, string>,
  body: Buffer | 'open' | undefined,
  dialect: Dialect,
): Buffer {
  const own: Record<string, string> = {
    REQUEST_METHOD: body === undefined ? 'GET' : 'POST',
    PATH_INFO: '/',
    SERVER_NAME: 'localhost',
    SERVER_PORT: '80',
    SERVER_PROTOCOL: 'HTTP/1.1',
    'mod_wsgi.request_id': 'test-request',
    ...environ,
  };
  const last = {
    ...(Buffer.isBuffer(body) ? { CONTENT_LENGTH: String(body.length) } : {}),
    ...environ,
  };
  const values = requestKeys.map((key) => encodeText(own[key] ?? '', dialect));
  return Buffer.from(
    tupleOpen(4) +
      encodeMarshal(0, dialect) +
      encodeMarshal(null, dialect) +
      dictOpen +
      pairs(last, dialect) +
      dictClose +
      tupleOpen(values.length) +
      values.join(''),
    'latin1',
  );
}

function pairs(entries: Record<string, string>, dialect: Dialect): string {
  return Object.entries(entries)
    .map(([key, value]) => encodePair(key, value, dialect))
    .join('');
}

/** `wsgi.version` and the flags that wsgiref.validate asks for. */
function constants(dialect: Dialect): string {
  const flags = ['wsgi.multithread', 'wsgi.multiprocess', 'wsgi.run_once'];
  const version = encodeKey('wsgi.version', dialect) + encodeTuple([1, 0], dialect);
  return version + flags.map((key) => `${encodeKey(key, dialect)}F`).join('');
}

/** Waits for something that others bring about, with a deadline. */
class Signal {
  #waiting = new Set<() => void>();

  notify(): void {
    for (const look of this.#waiting) look();
  }

  until(what: () => string, done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`waited in vain for ${what()}`));
      }, 20_000);
      const look = () => {
        if (!done()) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }
}
