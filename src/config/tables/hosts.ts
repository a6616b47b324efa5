import { isIP } from 'node:net';
import type { Stated } from '../../base/span.js';
import type { HostAddress, ListenAddress, ServerName } from '../config.js';
import {
  type Declaration,
  everywhere,
  hosts,
  invalid,
  Refusal,
  serverOnly,
} from '../declaration.js';
import { bareAddress, flag, path, splitPort, stated } from '../values.js';

const family = 'hosts';

export const hostDirectives: readonly Declaration[] = [
  {
    name: 'Listen',
    kind: 'directive',
    family,
    syntax: '[address:]port [http]',
    default: '127.0.0.1:8080',
    contexts: serverOnly,
    words: [1, 2],
    text: 'An address and port to accept connections on; without an address, all of them. IPv6 addresses stand in brackets. Port 0 takes any free port. May be repeated. The protocol `https` is not supported yet; `http` says that a port is for plain HTTP though it is 443.',
    effect: ({ evaluation, words: [word, protocol] }) => {
      if (protocol?.value.toLowerCase() === 'https') evaluation.tlsListens.push(protocol);
      if (protocol?.value.toLowerCase() === 'https')
        throw new Refusal('unsupported-directive', 'Listen with https is not supported yet', {
          at: protocol.at,
          hint: 'listen with http behind a proxy that ends TLS',
        });
      if (protocol && protocol.value.toLowerCase() !== 'http')
        throw invalid(protocol, 'the protocol of Listen must be http');
      const address = listenAddress(word!);
      if (protocol) evaluation.plainPorts.add(address.port);
      evaluation.config.global.listen.push(stated(word!, address));
    },
  },
  {
    name: 'ServerName',
    kind: 'directive',
    family,
    syntax: '[scheme://]host[:port]',
    default: "the machine's host name",
    contexts: hosts,
    words: [1, 1],
    text: 'The name of the server or virtual host: requests with this Host header go to it, and applications see it as `SERVER_NAME`.',
    effect: ({ scope, words: [word] }) => {
      scope.host.serverName = stated(word!, serverName(word!));
    },
  },
  {
    name: 'ServerAlias',
    kind: 'directive',
    family,
    syntax: 'host …',
    contexts: ['virtual host'],
    words: [1, Number.POSITIVE_INFINITY],
    text: 'Further names of a virtual host; `*` and `?` are wildcards.',
    effect: ({ scope, words }) => {
      for (const word of words) {
        if (!/^[\w.*?[\]:-]+$/.test(word.value))
          throw invalid(
            word,
            'ServerAlias must be a host name, "*" and "?" allowed',
            'leave scheme, port and path out',
          );
        scope.host.serverAliases.push(word);
      }
    },
  },
  {
    name: 'ServerAdmin',
    kind: 'directive',
    family,
    syntax: 'address',
    contexts: hosts,
    words: [1, 1],
    text: 'Whom to write to; applications see it as `SERVER_ADMIN`.',
    effect: ({ scope, words: [word] }) => {
      scope.host.serverAdmin = word!;
    },
  },
  {
    name: 'UseCanonicalName',
    kind: 'directive',
    family,
    syntax: 'On|Off',
    default: 'Off',
    contexts: everywhere,
    words: [1, 1],
    text: 'What the server calls itself: `SERVER_NAME`, `SERVER_PORT`, the port in names of groups, redirects, `%V` of logs. `Off`: name and port of the Host header; `On`: those of `ServerName`. `DNS` is not supported.',
    effect: ({ scope, words: [word] }) => {
      if (word!.value.toLowerCase() === 'dns')
        throw new Refusal('unsupported-directive', 'UseCanonicalName DNS is not supported', {
          at: word!.at,
          hint: 'write UseCanonicalName On and the name as ServerName',
        });
      scope.settings.canonicalName = flag(word!, 'UseCanonicalName');
    },
  },
  {
    name: 'UseCanonicalPhysicalPort',
    kind: 'directive',
    family,
    syntax: 'On|Off',
    default: 'Off',
    contexts: everywhere,
    words: [1, 1],
    text: 'With `On`, the port that the client really reached counts where the Host header says none, before that of `ServerName`; with `UseCanonicalName On`, where `ServerName` says none.',
    effect: ({ scope, words: [word] }) => {
      scope.settings.canonicalPhysicalPort = flag(word!, 'UseCanonicalPhysicalPort');
    },
  },
  {
    name: 'DocumentRoot',
    kind: 'directive',
    family,
    syntax: 'folder',
    contexts: hosts,
    words: [1, 1],
    text: 'The folder of the files that are served where no alias takes the URL. Without it there are none.',
    effect: (call) => {
      call.scope.host.documentRoot = path(call, call.words[0]!);
    },
  },
];

function listenAddress(word: Stated<string>): ListenAddress {
  const { host, port } = /^\d+$/.test(word.value)
    ? { host: '*', port: word.value }
    : splitPort(word.value);
  if (port === undefined)
    throw invalid(
      word,
      'Listen must be a port, or an IP address and a port',
      bareAddress(word.value) ? `write Listen ${word.value}:80` : listenHint(word),
    );
  const number = portNumber(word, port, 0);
  if (host === '*') return { port: number };
  const address = bareAddress(host);
  if (address === undefined)
    throw invalid(word, 'Listen must be a port, or an IP address and a port', listenHint(word));
  return { address, port: number };
}

/** An address of `<VirtualHost>`: `*`, `_default_`, an IP address, each with or without a port. */
export function hostAddress(word: Stated<string>): HostAddress {
  const { host, port } = splitPort(word.value);
  const address = host === '*' || host.toLowerCase() === '_default_' ? '*' : bareAddress(host);
  if (address === undefined)
    throw invalid(
      word,
      'the address of <VirtualHost> must be "*", "_default_" or an IP address',
      ipHint(word) ?? 'write <VirtualHost *:80> and the name as ServerName',
    );
  if (port === undefined || port === '*') return { address };
  return { address, port: portNumber(word, port, 0) };
}

function listenHint(word: Stated<string>): string | undefined {
  if (/^\d+([,;]\d+)+$/.test(word.value)) return 'write a Listen line for each port';
  if (/^localhost:\d+$/i.test(word.value))
    return `write Listen ${word.value.replace(/^localhost/i, '127.0.0.1')}`;
  return ipHint(word);
}

function ipHint(word: Stated<string>): string | undefined {
  const address = word.value.replace(/:\d+$/, '');
  if (isIP(word.value) === 6 || isIP(address) === 6)
    return `an IPv6 address stands in brackets: [${isIP(address) === 6 ? address : word.value}]:80`;
  return undefined;
}

function portNumber(word: Stated<string>, port: string, min: number): number {
  const value = /^\d+$/.test(port) ? Number(port) : Number.NaN;
  if (value >= min && value <= 65_535) return value;
  throw invalid(word, 'a port must be a number up to 65535');
}

function serverName(word: Stated<string>): ServerName {
  const found = /^(?:(https?):\/\/)?(\[[\da-f:.]+\]|[\w.-]+)(?::(\d+))?$/i.exec(word.value);
  if (!found)
    throw invalid(
      word,
      'ServerName must be [scheme://]host[:port]',
      word.value.includes('/') ? 'leave the path out' : undefined,
    );
  const scheme = found[1]?.toLowerCase() as 'http' | 'https' | undefined;
  return {
    ...(scheme && { scheme }),
    host: found[2]!,
    ...(found[3] !== undefined && { port: portNumber(word, found[3], 1) }),
  };
}
