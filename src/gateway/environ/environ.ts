import { requestKeys } from '../../protocol/frames.js';
import {
  type Dialect,
  dictClose,
  dictOpen,
  encodeFloat,
  encodeMarshal,
  encodePair,
  encodeText,
  tupleOpen,
} from '../../protocol/marshal.js';
import type { Exchange } from '../http/exchange.js';
import { serverName, serverPort } from '../routing/canonical.js';
import type { Route, ScriptNames } from '../routing/route.js';
import { type ConstantFacts, encodeConstants } from './constants.js';
import { headerName } from './header-names.js';
import type { EnvironSource } from './source.js';

/**
 * What the environ of a request has in common with others of its script: the payload of an Environ frame, as
 * one latin-1 string. It is the same string each time, for whoever keeps it.
 */
export function encodeShared(
  source: EnvironSource,
  facts: ConstantFacts,
  dialect: Dialect,
): string {
  const { memory } = source.route;
  const secure = isOn(source.variables.get('HTTPS'));
  const kept = memory.shared;
  if (kept && kept.dialect === dialect && kept.secure === secure && isFor(kept.source, source))
    return kept.text;
  const text = dictOpen + encodeConstants(source, facts, { dialect, secure }) + dictClose;
  const { scriptName, processGroup, applicationGroup, callable } = source;
  memory.shared = {
    source: { scriptName, processGroup, applicationGroup, callable },
    dialect,
    secure,
    text,
  };
  return text;
}

function isFor(names: ScriptNames, source: EnvironSource): boolean {
  return (
    names.scriptName === source.scriptName &&
    names.processGroup === source.processGroup &&
    names.applicationGroup === source.applicationGroup &&
    names.callable === source.callable
  );
}

/**
 * The payload of a Request frame, as one latin-1 string. Of two entries with one key the later wins, so
 * variables of the configuration stand first: nothing that the server says can be overwritten by them.
 *
 * @param number what the runtime knows the shared part by.
 */
export function encodeRequest(source: EnvironSource, number: number, dialect: Dialect): string {
  const { exchange } = source;
  const path = encodeText(source.pathInfo, dialect);
  return (
    tupleOpen(4) +
    encodeMarshal(number, dialect) +
    variablesText(source, dialect) +
    headersText(exchange, source.route.settings.passAuthorization, dialect) +
    ownOpen +
    encodeText(exchange.method, dialect) +
    (exchange.version === '1.1' ? protocol11 : protocol10)[dialect] +
    encodeText(exchange.asSent, dialect) +
    encodeText(source.query, dialect) +
    path +
    path +
    encodeText(source.requestId, dialect) +
    encodeFloat(exchange.startedAt) +
    encodeFloat(source.queueStart) +
    hostText(exchange, source.route, dialect) +
    connectionText(exchange, dialect)
  );
}

/** The tuple of the values of `requestKeys`, in their order. */
const ownOpen = tupleOpen(requestKeys.length);
const protocol10 = { 2: encodeText('HTTP/1.0', 2), 3: encodeText('HTTP/1.0', 3) };
const protocol11 = { 2: encodeText('HTTP/1.1', 2), 3: encodeText('HTTP/1.1', 3) };
const none = encodeMarshal(null, 3);

function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:on|1)$/i.test(value);
}

function variablesText({ variables, route }: EnvironSource, dialect: Dialect): string {
  if (variables.size === 0) return none;
  const kept = route.memory.variables;
  if (kept && kept.variables === variables && kept.dialect === dialect) return kept.text;
  let text = dictOpen;
  for (const [name, value] of variables)
    if (name !== 'HTTPS' && /^[\x20-\x7e]{1,255}$/.test(name))
      text += encodePair(name, value, dialect);
  text += dictClose;
  route.memory.variables = { dialect, variables, text };
  return text;
}

function hostText(exchange: Exchange, route: Route, dialect: Dialect): string {
  const { host, peer } = exchange;
  const { settings } = route;
  const kept = peer.memory.host;
  if (
    kept &&
    kept.header === host &&
    kept.dialect === dialect &&
    kept.site === route.host &&
    kept.rules === settings
  )
    return kept.text;
  const text =
    encodeText(serverName(route.host, host, settings), dialect) +
    encodeText(String(serverPort(route.host, host, settings, peer.localPort)), dialect);
  peer.memory.host = { dialect, header: host, site: route.host, rules: settings, text };
  return text;
}

function connectionText({ peer }: Exchange, dialect: Dialect): string {
  const kept = peer.memory.encoded;
  if (kept && kept.dialect === dialect) return kept.text;
  const local = encodeText(peer.localAddress, dialect);
  const text =
    local +
    encodeText(peer.remoteAddress, dialect) +
    encodeText(String(peer.remotePort), dialect) +
    local +
    encodeText(String(peer.localPort), dialect) +
    encodeText(peer.id, dialect);
  peer.memory.encoded = { dialect, text };
  return text;
}

let requestMark = 0;

function headersText(exchange: Exchange, passAuthorization: boolean, dialect: Dialect): string {
  const { rawHeaders, host } = exchange;
  const mark = ++requestMark;
  let text = host === '' ? dictOpen : dictOpen + encodePair('HTTP_HOST', host, dialect);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = headerName(rawHeaders[index] as string);
    if (name.key === '' || (name.authorization && !passAuthorization)) continue;
    if (name.seen === mark || !name.kept)
      return repeatedHeaders(exchange, passAuthorization, dialect);
    name.seen = mark;
    text += name.encoded[dialect] + encodeText(rawHeaders[index + 1] as string, dialect);
  }
  return text + dictClose;
}

/** The careful way, for requests that repeat a header, also in another spelling. */
function repeatedHeaders(exchange: Exchange, passAuthorization: boolean, dialect: Dialect): string {
  const { rawHeaders, host } = exchange;
  const values = new Map<string, string>();
  if (host !== '') values.set('HTTP_HOST', host);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const { key, authorization } = headerName(rawHeaders[index] as string);
    if (key === '' || (authorization && !passAuthorization)) continue;
    const before = key === 'CONTENT_LENGTH' ? undefined : values.get(key);
    const value = rawHeaders[index + 1] as string;
    values.set(key, before === undefined ? value : before + separatorOf(key) + value);
  }
  let text = dictOpen;
  for (const [key, value] of values) text += encodePair(key, value, dialect);
  return text + dictClose;
}

/** RFC 6265 section 5.4 knows one Cookie field: with a comma the second cookie would be a part of the first one's value. */
function separatorOf(key: string): string {
  return key === 'HTTP_COOKIE' ? '; ' : ', ';
}
