import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Connection, type ConnectionOwner, type ConnectionRules } from './connection.js';
import type { Exchange, Peer } from './exchange.js';
import { checkHead, type RequestHead } from './head.js';
import { HttpExchange, type NativeRequest, type NativeResponse } from './http-exchange.js';
import { UnfinishedHeads } from './unfinished-heads.js';

/** The one file that knows node:http. What that does not do by itself is done here and in connection.ts. */

export interface FrontOptions {
  /** Prefix of connection ids, unique among gateways. */
  readonly name: string;
  readonly rules: (localAddress: string, localPort: number) => ConnectionRules;
  /** Those beyond it get 503. */
  readonly maxConnections: number;
  /** Bytes of a request head before the parser gives up. */
  readonly maxHead: number;
  /** Seconds for a request head. */
  readonly headTimeout?: number;
  readonly handle: (exchange: Exchange) => void;
  /** A connection whose bytes are not HTTP; it has been answered. */
  readonly rejected: (rejection: { peer: Peer; status: number; reason: string }) => void;
  readonly wallClock: () => number;
}

export type ListenTarget =
  | { readonly fd: number }
  | { readonly port: number; readonly address?: string };

interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

/** Connections beyond the limit that are answered with 503 at one time. */
const mostRefused = 64;

const connectionOf = new WeakMap<Duplex, Connection>();

/** The listening side of a gateway, and the connections that it has. */
export class Front {
  readonly #options: FrontOptions;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();
  readonly #heads = new UnfinishedHeads();
  readonly #owner: ConnectionOwner;
  #opened = 0;
  #draining = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#owner = {
      handle: options.handle,
      rejected: ({ peer }, status, reason) => options.rejected({ peer, status, reason }),
      heads: this.#heads,
      maxHead: options.maxHead,
    };
  }

  /** Listens on each; the addresses come back in the same order. */
  listen(targets: readonly ListenTarget[]): Promise<AddressInfo[]> {
    return Promise.all(
      targets.map((target) => {
        const server = this.#makeServer();
        this.#servers.push(server);
        return listenOn(server, target);
      }),
    );
  }

  /** What is being answered. */
  running(): Pick<Exchange, 'target' | 'startedAt'>[] {
    return [...this.#connections].flatMap(({ current }) => (current ? [current] : []));
  }

  /** Bytes that clients have not taken yet. */
  unsent(): number {
    let bytes = 0;
    for (const { socket } of this.#connections) bytes += socket.writableLength;
    return bytes;
  }

  /** Once a second. @returns how many request heads were given up since the last time. */
  tick(now: number): number {
    for (const connection of this.#connections) connection.tick(now);
    return this.#heads.takeDropped(now);
  }

  /** Takes no new connections, lets answers finish. Resolves when all connections are gone. */
  async drain(): Promise<void> {
    const closed = this.#closeServers();
    for (const connection of this.#connections) leave(connection);
    await Promise.all(closed);
  }

  async close(): Promise<void> {
    const closed = this.#closeServers();
    for (const connection of this.#connections) connection.socket.destroy();
    await Promise.all(closed);
  }

  #closeServers(): Promise<void>[] {
    this.#draining = true;
    return this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
  }

  #makeServer(): Server {
    const server = makeServer(this.#options);
    const request = (message: IncomingMessage, response: ServerResponse) =>
      this.#request(message, response);
    server.on('connection', (socket) => this.#open(socket));
    server.on('request', request);
    server.on('checkContinue', request);
    server.on('checkExpectation', request);
    server.on('connect', (_message, duplex) => this.#connect(duplex));
    server.on('clientError', (error: ParserError, duplex) => this.#clientError(error, duplex));
    return server;
  }

  #open(socket: Socket): void {
    const { name, rules, maxConnections } = this.#options;
    const peer: Peer = {
      id: `${name}${(++this.#opened).toString(36)}`,
      remoteAddress: plainAddress(socket.remoteAddress ?? ''),
      remotePort: socket.remotePort ?? 0,
      localAddress: plainAddress(socket.localAddress ?? ''),
      localPort: socket.localPort ?? 0,
      requests: 0,
      memory: {},
    };
    const connection = new Connection(
      socket,
      peer,
      rules(peer.localAddress, peer.localPort),
      this.#owner,
    );
    const full = this.#connections.size >= maxConnections;
    this.#connections.add(connection);
    connectionOf.set(socket, connection);
    watchSocket(socket, connection);
    socket.on('close', () => {
      this.#connections.delete(connection);
      connection.gone('the client closed the connection');
    });
    if (!full) return;
    connection.refuse(503);
    this.#rejected(connection, 503, `${maxConnections} connections are open already`);
  }

  #request(message: IncomingMessage, response: ServerResponse): void {
    const connection = connectionOf.get(message.socket);
    if (!connection) return;
    if (connection.closing) {
      connection.drop();
      return;
    }
    const method = message.method ?? '';
    const version = message.httpVersion;
    const { rawHeaders } = message;
    const target = message.url ?? '';
    const head = checkHead(method, target, version, rawHeaders, connection.rules.limits);
    const exchange = new HttpExchange(
      connection,
      message as unknown as NativeRequest,
      response as unknown as NativeResponse,
      { method, target, version: version === '1.0' ? '1.0' : '1.1', rawHeaders },
      'status' in head ? unknownHead(target) : head,
      this.#options.wallClock(),
    );
    if ('status' in head) exchange.rejection = head;
    // Undocumented: what the Keep-Alive header says. The time itself is watched by the connection.
    (response as unknown as NativeResponse)._keepAliveTimeout =
      connection.rules.keepAliveTimeout * 1000;
    connection.take(exchange);
    if (this.#draining) leave(connection);
  }

  #clientError(error: ParserError, duplex: Duplex): void {
    const connection = connectionOf.get(duplex);
    // The parser goes on to complain about what is dropped.
    if (connection?.lingers) return;
    if (!connection || duplex.destroyed || !duplex.writable || error.code === 'ECONNRESET') {
      duplex.destroy();
      return;
    }
    const [status, reason] = parserStatus(error);
    if (connection.parseError(status, reason)) this.#rejected(connection, status, reason);
  }

  #connect(duplex: Duplex): void {
    const connection = connectionOf.get(duplex);
    if (connection?.parseError(405, 'method CONNECT'))
      this.#rejected(connection, 405, 'method CONNECT');
  }

  #rejected({ peer }: Connection, status: number, reason: string): void {
    this.#options.rejected({ peer, status, reason });
  }
}

function makeServer({ maxHead, headTimeout = 20, maxConnections }: FrontOptions): Server {
  const server = createServer({
    insecureHTTPParser: false,
    requireHostHeader: false,
    maxHeaderSize: maxHead,
    headersTimeout: headTimeout * 1000,
    requestTimeout: 0,
    connectionsCheckingInterval: 1000,
    // It would set a timer after each answer, and has one time for all hosts.
    keepAliveTimeout: 0,
    highWaterMark: 64 * 1024,
    noDelay: true,
  });
  // Undocumented but public since Node 0.5: answers reach clients that have closed their sending side.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  // `close` calls it, and an answer that its client has not taken yet counts as over there.
  server.closeIdleConnections = () => {};
  server.maxHeadersCount = 0;
  // Beyond even those that are told why.
  server.maxConnections = maxConnections + mostRefused;
  return server;
}

function listenOn(server: Server, target: ListenTarget): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.removeListener('error', reject);
      server.on('error', () => {});
      resolve(server.address() as AddressInfo);
    });
    if ('fd' in target) server.listen({ fd: target.fd });
    else
      server.listen({
        port: target.port,
        ...(target.address === undefined ? {} : { host: target.address }),
      });
  });
}

function watchSocket(socket: Socket, connection: Connection): void {
  const destroySoon = socket.destroySoon.bind(socket);
  // node:http calls this after the last answer. Destroying with unread input makes the kernel reset the
  // connection, and the client may lose the answer.
  socket.destroySoon = () => connection.closeSoftly(destroySoon);
  // Undocumented: node:http, which takes the bytes from the socket by itself, tells of them by this one call.
  (socket as Socket & { _unrefTimer?: () => void })._unrefTimer = () => {
    if (connection.idle) connection.countHead();
  };
  socket.on('drain', () => connection.drained());
  socket.on('end', () => connection.ended());
}

/** What its client has not taken of the last answer still leaves. */
function leave(connection: Connection): void {
  if (connection.idle) connection.socket.destroySoon();
  else connection.closing = true;
}

/** For a request that is answered with an error and whose body may still come. */
function unknownHead(target: string): RequestHead {
  return { target, host: '', bodyLength: -1, expectsContinue: false, upgrade: false };
}

/** Status and reason for an error of the parser or of its timers. */
function parserStatus(error: ParserError): [number, string] {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return error.rawPacket?.subarray(0, error.bytesParsed).includes(10)
        ? [431, 'a request head that is too large']
        : [414, 'a request line that is too long'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'the request head came too slowly'];
    case 'HPE_INVALID_VERSION':
      return endsInLineFeed(error.rawPacket)
        ? [400, 'not HTTP (a line that ends without CR)']
        : [505, 'an unknown HTTP version'];
    default:
      return [400, `not HTTP (${error.code ?? error.message})`];
  }
}

/** Whether a request line is fine but for its end, which the parser takes for a part of the version. */
function endsInLineFeed(packet: Buffer | undefined): boolean {
  return packet !== undefined && /^\s*\S+ \S+ HTTP\/1\.[01]\n/.test(packet.toString('latin1'));
}

/** IPv4 addresses that arrive on an IPv6 socket are written as IPv4. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
