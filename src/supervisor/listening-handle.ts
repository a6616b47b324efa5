import { renameSync } from 'node:fs';
import net from 'node:net';
import { getSystemErrorMessage } from './system-error.js';

/** A bound socket that does not listen yet. The process that inherits `fd` listens on it; this one never accepts. */
export interface BoundSocket {
  readonly fd: number;
  /** Known for TCP only; `port` is the real one where 0 was asked. */
  readonly address?: { readonly address: string; readonly port: number };
  close(): void;
}

export class BindError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws BindError `cannot listen on 127.0.0.1:80: address already in use` */
export function bindTcp(wanted: { address?: string; port: number }): BoundSocket {
  const address = wanted.address ?? '::';
  try {
    return bindAddress(address, wanted.port);
  } catch (error) {
    // A machine without IPv6: all addresses are the IPv4 ones.
    const withoutIpv6 =
      error instanceof BindError && ['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(error.code);
    if (wanted.address === undefined && withoutIpv6) return bindAddress('0.0.0.0', wanted.port);
    throw error;
  }
}

/**
 * The file stays when the socket is closed here: libuv removes the name that it bound, so the socket gets
 * its name only afterwards.
 *
 * @throws BindError
 */
export function bindUnix(path: string): BoundSocket {
  const bound = `${path}~`;
  const handle = createHandle(bound, -1, -1);
  if (typeof handle === 'number') throw bindError(path, handle);
  renameSync(bound, path);
  return { fd: handle.fd, close: () => handle.close() };
}

function bindAddress(address: string, port: number): BoundSocket {
  const family = net.isIPv6(address) ? 6 : 4;
  const shown = `${family === 6 ? `[${address}]` : address}:${port}`;
  const handle = createHandle(address, port, family);
  if (typeof handle === 'number') throw bindError(shown, handle);
  // libuv reports an address in use only at the next use of the handle.
  const found: { address?: string; port?: number } = {};
  const status = handle.getsockname?.(found) ?? 0;
  if (status !== 0 || found.port === undefined || (port !== 0 && found.port !== port)) {
    handle.close();
    throw bindError(shown, status === 0 ? -98 : status);
  }
  return {
    fd: handle.fd,
    address: { address: found.address ?? address, port: found.port },
    close: () => handle.close(),
  };
}

function bindError(what: string, status: number): BindError {
  const { code, message } = getSystemErrorMessage(status);
  return new BindError(code, `cannot listen on ${what}: ${message}`);
}

interface Handle {
  readonly fd: number;
  getsockname?(out: { address?: string; port?: number }): number;
  close(): void;
}

/**
 * Node's cluster module makes its shared sockets with this function. It is not documented, and the only way
 * to hold a bound descriptor without accepting on it: `server.listen()` would take connections away from
 * the gateways and the daemons.
 */
function createHandle(address: string, port: number, family: 4 | 6 | -1): Handle | number {
  const internal = net as unknown as {
    _createServerHandle(address: string, port: number, family: number): Handle | number;
  };
  return internal._createServerHandle(address, port, family);
}
