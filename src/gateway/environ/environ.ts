import {
  type Dialect,
  dictClose,
  dictOpen,
  encodeFloat,
  encodeKey,
  encodePair,
  encodeText,
} from '../../protocol/marshal.js';
import type { Exchange } from '../http/exchange.js';
import { serverName, serverPort } from '../routing/group-names.js';
import type { Route } from '../routing/route.js';
import { type ConstantFacts, encodeConstants } from './constants.js';
import { headerName } from './header-names.js';
import type { EnvironSource } from './source.js';

/**
 * The environ of a request as one latin-1 string of marshal data. Of two entries with one key the later wins,
 * so variables of the configuration stand first: nothing that the server says can be overwritten by them.
 */
export function encodeEnviron(
  source: EnvironSource,
  facts: ConstantFacts,
  dialect: Dialect,
): string {
  const { exchange } = source;
  const keys = dialect === 3 ? keys3 : keys2;
  return (
    dictOpen +
    constantText(source, facts, dialect) +
    connectionText(exchange, dialect) +
    hostText(exchange, source.route, dialect) +
    keys.method +
    encodeText(exchange.method, dialect) +
    (exchange.version === '1.1' ? keys.protocol11 : keys.protocol10) +
    keys.uri +
    encodeText(exchange.target, dialect) +
    keys.query +
    encodeText(source.query, dialect) +
    pathText(source, keys, dialect) +
    keys.requestId +
    encodeText(source.requestId, dialect) +
    keys.requestStart +
    encodeFloat(exchange.startedAt) +
    keys.queueStart +
    encodeFloat(source.queueStart) +
    headersText(exchange, source.route.settings.passAuthorization, dialect) +
    dictClose
  );
}

function constantText(source: EnvironSource, facts: ConstantFacts, dialect: Dialect): string {
  const { route } = source;
  const key = `${dialect}\n${source.scriptName}\n${source.processGroup}\n${source.applicationGroup}\n${source.callable}`;
  const kept = route.memory.constant;
  if (kept && kept.key === key && kept.variables === source.variables) return kept.text;
  const text = encodeConstants(source, facts, dialect);
  route.memory.constant = { key, variables: source.variables, text };
  return text;
}

function connectionText(exchange: Exchange, dialect: Dialect): string {
  const { peer } = exchange;
  const kept = peer.memory.encoded;
  if (kept && kept.dialect === dialect) return kept.text;
  const text =
    encodePair('SERVER_ADDR', peer.localAddress, dialect) +
    encodePair('REMOTE_ADDR', peer.remoteAddress, dialect) +
    encodePair('REMOTE_PORT', String(peer.remotePort), dialect) +
    encodePair('mod_wsgi.listener_host', peer.localAddress, dialect) +
    encodePair('mod_wsgi.listener_port', String(peer.localPort), dialect) +
    encodePair('mod_wsgi.connection_id', peer.id, dialect);
  peer.memory.encoded = { dialect, text };
  return text;
}

function hostText(exchange: Exchange, route: Route, dialect: Dialect): string {
  const { host, peer } = exchange;
  const kept = peer.memory.host;
  if (kept && kept.header === host && kept.dialect === dialect && kept.site === route.host)
    return kept.text;
  let text =
    encodePair('SERVER_NAME', serverName(route.host, host), dialect) +
    encodePair('SERVER_PORT', String(serverPort(route.host, host)), dialect);
  if (host !== '') text += encodePair('HTTP_HOST', host, dialect);
  peer.memory.host = { dialect, header: host, site: route.host, text };
  return text;
}

function pathText(source: EnvironSource, keys: Keys, dialect: Dialect): string {
  const text = encodeText(source.pathInfo, dialect);
  return keys.pathInfo + text + keys.ownPathInfo + text;
}

let requestMark = 0;

function headersText(exchange: Exchange, passAuthorization: boolean, dialect: Dialect): string {
  const { rawHeaders } = exchange;
  const mark = ++requestMark;
  let text = '';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = headerName(rawHeaders[index] as string);
    if (name.key === '' || (name.authorization && !passAuthorization)) continue;
    if (name.seen === mark || !name.kept)
      return repeatedHeaders(exchange, passAuthorization, dialect);
    name.seen = mark;
    text += name.encoded[dialect] + encodeText(rawHeaders[index + 1] as string, dialect);
  }
  return text;
}

/** The careful way, for requests that repeat a header, also in another spelling. */
function repeatedHeaders(exchange: Exchange, passAuthorization: boolean, dialect: Dialect): string {
  const { rawHeaders } = exchange;
  const values = new Map<string, string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const { key, authorization } = headerName(rawHeaders[index] as string);
    if (key === '' || (authorization && !passAuthorization)) continue;
    const before = key === 'CONTENT_LENGTH' ? undefined : values.get(key);
    const value = rawHeaders[index + 1] as string;
    values.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  let text = '';
  for (const [key, value] of values) text += encodePair(key, value, dialect);
  return text;
}

type Keys = ReturnType<typeof encodeKeys>;

function encodeKeys(dialect: Dialect) {
  return {
    method: encodeKey('REQUEST_METHOD', dialect),
    protocol10: encodePair('SERVER_PROTOCOL', 'HTTP/1.0', dialect),
    protocol11: encodePair('SERVER_PROTOCOL', 'HTTP/1.1', dialect),
    uri: encodeKey('REQUEST_URI', dialect),
    query: encodeKey('QUERY_STRING', dialect),
    pathInfo: encodeKey('PATH_INFO', dialect),
    ownPathInfo: encodeKey('mod_wsgi.path_info', dialect),
    requestId: encodeKey('mod_wsgi.request_id', dialect),
    requestStart: encodeKey('mod_wsgi.request_start', dialect),
    queueStart: encodeKey('mod_wsgi.queue_start', dialect),
  };
}

const keys2 = encodeKeys(2);
const keys3 = encodeKeys(3);
