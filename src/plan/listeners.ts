import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Config, HostAddress, ListenAddress, VirtualHost } from '../config/config.js';
import type { ListenerPlan } from './plan.js';

const defaultListen: ListenAddress = { address: '127.0.0.1', port: 8080 };

export interface PlannedListeners {
  readonly listeners: readonly ListenerPlan[];
  /** By index of the virtual host. */
  readonly addresses: readonly (readonly HostAddress[])[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `override` (`--listen`) replaces every Listen. Where the configuration does not state where to listen,
 * the ports of virtual hosts cannot be meant either: they then serve on the port that there is, so that
 * the file of a site with `<VirtualHost *:80>` can be tried as it stands.
 */
export function planListeners(
  config: Config,
  override: readonly ListenAddress[] | undefined,
): PlannedListeners {
  const stated = config.global.listen;
  if (override && override.length > 0)
    return {
      listeners: override,
      addresses: config.virtualHosts.map(anyPort),
      diagnostics: [],
    };
  if (stated.length === 0)
    return {
      listeners: [defaultListen],
      addresses: config.virtualHosts.map(anyPort),
      diagnostics: [
        diagnostic('no-listen', 'no Listen is stated: listening on 127.0.0.1:8080', {
          hint: 'write Listen 80 to serve the world',
        }),
      ],
    };
  return {
    listeners: stated.map(({ value, at }) => ({ ...value, at })),
    addresses: config.virtualHosts.map((host) => host.addresses.map(({ value }) => value)),
    diagnostics: [...duplicates(config), ...config.virtualHosts.flatMap(notListened(config))],
  };
}

/**
 * Whether virtual hosts stand at every address that is listened on; the first one of an address answers
 * what no name fits, so nothing is left for the main server.
 */
export function takesAllRequests(
  listeners: readonly ListenAddress[],
  addresses: readonly HostAddress[],
): boolean {
  if (listeners.length === 0) return addresses.length > 0;
  return listeners.every((listener) =>
    addresses.some(
      ({ address, port }) =>
        (port === undefined || port === listener.port) &&
        (address === '*' || address === listener.address),
    ),
  );
}

/** `127.0.0.1:8080`, `[::1]:80`, `*:80`. */
export function formatAddress({ address, port }: { address?: string; port?: number }): string {
  const host = address === undefined ? '*' : address.includes(':') ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
}

function anyPort(host: VirtualHost): HostAddress[] {
  return host.addresses.map(() => ({ address: '*' }));
}

function duplicates({ global }: Config): Diagnostic[] {
  return global.listen.flatMap(({ value, at }, index) => {
    const first = global.listen
      .slice(0, index)
      .find(({ value: other }) => other.port === value.port && overlap(other, value));
    if (!first) return [];
    return [
      diagnostic(
        'listen-duplicate',
        first.value.address === value.address
          ? `${formatAddress(value)} is listened on already`
          : `${formatAddress(value)} cannot be listened on beside ${formatAddress(first.value)}`,
        {
          at,
          hint: 'leave one of the two out',
          related: [{ message: 'the first is here', at: first.at }],
        },
      ),
    ];
  });
}

/** All addresses, written as none, `0.0.0.0` or `::`, include every single one. */
function overlap(a: ListenAddress, b: ListenAddress): boolean {
  const all = ({ address }: ListenAddress) => address === undefined || address === '::';
  const all4 = (one: ListenAddress) => one.address === '0.0.0.0';
  const is4 = ({ address }: ListenAddress) => address?.includes('.') ?? false;
  return a.address === b.address || all(a) || all(b) || (all4(a) && is4(b)) || (all4(b) && is4(a));
}

function notListened({ global }: Config): (host: VirtualHost) => Diagnostic[] {
  const ports = new Set(global.listen.map(({ value }) => value.port));
  return ({ addresses }) =>
    addresses
      .filter(({ value }) => value.port !== undefined && !ports.has(value.port))
      .map(({ value, at }) =>
        diagnostic('host-not-listened', `nothing listens on port ${value.port} of this host`, {
          at,
          hint: `add Listen ${value.port}`,
        }),
      );
}
