import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import send from 'send';
import { Connection, type ConnectionRules } from './connection.js';
import type { Exchange, Peer } from './exchange.js';
import { checkHead, type RequestHead } from './head.js';
import { HttpExchange, type NativeRequest, type NativeResponse } from './http-exchange.js';
import { rawPage } from './pages.js';

/** The one file that knows node:http. What that does not do by itself is done here and in connection.ts. */

export interface FrontOptions {
  /** Prefix of connection ids, unique among gateways. */
  readonly name: string;
  readonly rules: (localAddress: string, localPort: number) => ConnectionRules;
  readonly maxConnections: number;
  /** Bytes of a request head before the parser gives up. */
  readonly maxHead: number;
  readonly keepAliveTimeout: number;
  /** Seconds for a request head. */
  readonly headTimeout?: number;
  readonly handle: (exchange: Exchange) => void;
  /** A connection whose bytes are not HTTP; it has been answered. */
  readonly rejected: (peer: Peer, status: number, reason: string) => void;
  readonly wallClock: () => number;
}

export type ListenTarget =
  | { readonly fd: number }
  | { readonly port: number; readonly address?: string };

export interface Front {
  /** Listens on each; the addresses come back in the same order. */
  listen(targets: readonly ListenTarget[]): Promise<AddressInfo[]>;
  /** Once a second. */
  tick(now: number): void;
  /** Takes no new connections, lets answers finish. Resolves when all connections are gone. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

const connectionOf = new WeakMap<Duplex, Connection>();

export function createFront(options: FrontOptions): Front {
  const servers: Server[] = [];
  const connections = new Set<Connection>();
  let opened = 0;
  let draining = false;

  function open(socket: Socket): void {
    const peer: Peer = {
      id: `${options.name}${(++opened).toString(36)}`,
      remoteAddress: plainAddress(socket.remoteAddress ?? ''),
      remotePort: socket.remotePort ?? 0,
      localAddress: plainAddress(socket.localAddress ?? ''),
      localPort: socket.localPort ?? 0,
      requests: 0,
      memory: {},
    };
    const rules = options.rules(peer.localAddress, peer.localPort);
    const connection = new Connection(socket, peer, rules, options.handle);
    connections.add(connection);
    connectionOf.set(socket, connection);
    const destroySoon = socket.destroySoon.bind(socket);
    // node:http calls this after the last answer. Destroying with unread input makes the kernel reset the
    // connection, and the client may lose the answer.
    socket.destroySoon = () => connection.closeSoftly(destroySoon);
    socket.on('drain', () => connection.drained());
    socket.on('end', () => connection.ended());
    socket.on('close', () => {
      connections.delete(connection);
      connection.gone('the client closed the connection');
    });
  }

  function request(message: IncomingMessage, response: ServerResponse): void {
    const connection = connectionOf.get(message.socket);
    if (!connection || connection.closing) return;
    const method = message.method ?? '';
    const version = message.httpVersion;
    const { rawHeaders } = message;
    const target = message.url ?? '';
    const head = checkHead(method, target, version, rawHeaders, connection.rules.limits);
    const exchange = new HttpExchange(
      connection,
      message as unknown as NativeRequest,
      response as unknown as NativeResponse,
      { method, version: version === '1.0' ? '1.0' : '1.1', rawHeaders },
      'status' in head ? unknownHead(target) : head,
      options.wallClock(),
      sendFile,
    );
    if ('status' in head) exchange.rejection = head;
    connection.take(exchange);
    if (draining) connection.closing = true;
  }

  function clientError(error: ParserError, duplex: Duplex): void {
    const connection = connectionOf.get(duplex);
    if (!connection || duplex.destroyed || !duplex.writable || error.code === 'ECONNRESET') {
      duplex.destroy();
      return;
    }
    const [status, reason] = parserStatus(error);
    if (connection.parseError(status, reason)) options.rejected(connection.peer, status, reason);
  }

  function connect(_message: IncomingMessage, duplex: Duplex): void {
    const connection = connectionOf.get(duplex);
    if (connection && !connection.idle) connection.parseError(405, 'method CONNECT');
    else duplex.end(rawPage(405, { date: new Date().toUTCString(), head: false }));
    if (connection) options.rejected(connection.peer, 405, 'method CONNECT');
  }

  function makeServer(): Server {
    const server = createServer({
      insecureHTTPParser: false,
      requireHostHeader: false,
      maxHeaderSize: options.maxHead,
      headersTimeout: (options.headTimeout ?? 20) * 1000,
      requestTimeout: 0,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: options.keepAliveTimeout * 1000,
      highWaterMark: 64 * 1024,
      noDelay: true,
    });
    // Undocumented but public since Node 0.5: answers reach clients that have closed their sending side.
    (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
    server.maxHeadersCount = 0;
    server.maxConnections = options.maxConnections;
    server.on('connection', open);
    server.on('request', request);
    server.on('checkContinue', request);
    server.on('checkExpectation', request);
    server.on('connect', connect);
    server.on('clientError', clientError);
    return server;
  }

  function listenOn(target: ListenTarget): Promise<AddressInfo> {
    const server = makeServer();
    servers.push(server);
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

  function closeServers(): Promise<void>[] {
    draining = true;
    return servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  }

  return {
    listen: (targets) => Promise.all(targets.map(listenOn)),
    tick(now) {
      for (const connection of connections) connection.tick(now);
      if (draining) for (const server of servers) server.closeIdleConnections();
    },
    async drain() {
      const closed = closeServers();
      for (const connection of connections) {
        if (connection.idle) connection.socket.destroySoon();
        else connection.closing = true;
      }
      await Promise.all(closed);
    },
    async close() {
      const closed = closeServers();
      for (const connection of connections) connection.socket.destroy();
      await Promise.all(closed);
    },
  };
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
      return [505, 'an unknown HTTP version'];
    default:
      return [400, `not HTTP (${error.code ?? error.message})`];
  }
}

function sendFile(
  exchange: HttpExchange,
  request: NativeRequest,
  response: NativeResponse,
  path: string,
  missing: (status: number) => void,
): void {
  const native = response as unknown as ServerResponse;
  if (exchange.mustClose) native.setHeader('Connection', 'close');
  native.setHeader('Server', 'venvhost');
  let settled = false;
  const settle = (cut: string | undefined) => {
    if (settled) return;
    settled = true;
    const length = exchange.method === 'HEAD' ? 0 : Number(native.getHeader('Content-Length') ?? 0);
    exchange.fileSent(native.statusCode, length, cut);
  };
  send(request as unknown as IncomingMessage, encodeURI(path), {
    dotfiles: 'allow',
    index: false,
    cacheControl: false,
  })
    .on('error', (error: NodeJS.ErrnoException & { status?: number }) => {
      settled = true;
      native.removeHeader('Content-Length');
      missing(error.status ?? 500);
    })
    .pipe(native);
  native.once('finish', () => settle(undefined));
  native.once('close', () => settle('the client closed the connection'));
}

/** IPv4 addresses that arrive on an IPv6 socket are written as IPv4. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
