import { isIPv6 } from 'node:net';

/** What HTTP servers must check of a request head, beyond what the parser does. No state, no I/O. */

export interface HeadLimits {
  readonly line: number;
  readonly fields: number;
  readonly fieldSize: number;
}

export interface RequestHead {
  readonly target: string;
  readonly host: string;
  readonly bodyLength: number;
  readonly expectsContinue: boolean;
  readonly upgrade: boolean;
}

export interface Rejected {
  readonly status: number;
  readonly reason: string;
}

/**
 * Checks a request head. Sources: RFC 9112 sections 2.3, 3.2, 6.1 to 6.3; RFC 9110 sections 7.2, 10.1.1;
 * Apache's Limit directives.
 */
export function checkHead(
  method: string,
  target: string,
  version: string,
  rawHeaders: readonly string[],
  limits: HeadLimits,
): RequestHead | Rejected {
  if (version !== '1.1' && version !== '1.0')
    return rejected(505, `HTTP version ${JSON.stringify(version)}`);
  if (limits.line > 0 && method.length + target.length + 10 > limits.line)
    return rejected(414, `request line longer than ${limits.line} bytes`);
  if (limits.fields > 0 && rawHeaders.length > 2 * limits.fields)
    return rejected(431, `more than ${limits.fields} header fields`);
  if (method === 'TRACE' || method === 'CONNECT') return rejected(405, `method ${method}`);

  let host: string | undefined;
  let length: string | undefined;
  let coding: string | undefined;
  let expect: string | undefined;
  let upgrade = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    if (limits.fieldSize > 0 && name.length + value.length + 2 > limits.fieldSize)
      return rejected(431, `a header field longer than ${limits.fieldSize} bytes`);
    switch (name.length) {
      case 4:
        if (!same(name, 'host')) break;
        if (host !== undefined) return rejected(400, 'more than one Host header');
        host = value;
        break;
      case 6:
        if (same(name, 'expect')) expect = value;
        break;
      case 7:
        if (same(name, 'upgrade')) upgrade = true;
        break;
      case 14:
        if (!same(name, 'content-length')) break;
        if (length !== undefined && length !== value)
          return rejected(400, 'two different Content-Length headers');
        length = value;
        break;
      case 17:
        if (!same(name, 'transfer-encoding')) break;
        if (coding !== undefined) return rejected(400, 'more than one Transfer-Encoding header');
        coding = value;
        break;
      default:
    }
  }
  if (version === '1.1' && !host && (host === undefined || !isAbsolute(target)))
    return rejected(400, host === undefined ? 'no Host header' : 'an empty Host header');
  if (host && !isHost(host) && !isAbsolute(target)) return rejected(400, 'a malformed Host header');

  const framing = bodyFraming(length, coding);
  if (typeof framing !== 'number') return framing;
  let expectsContinue = false;
  if (expect !== undefined && version === '1.1') {
    if (expect.toLowerCase() !== '100-continue') return rejected(417, 'an unknown Expect header');
    expectsContinue = framing !== 0;
  }
  const split = splitTarget(method, target, host ?? '');
  if ('status' in split) return split;
  // Named one by one: V8 makes an object with spread properties that every later access to is slow.
  return {
    target: split.target,
    host: split.host,
    bodyLength: framing,
    expectsContinue,
    upgrade,
  };
}

/** @returns the number of body bytes, -1 for chunked. */
function bodyFraming(length: string | undefined, coding: string | undefined): number | Rejected {
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked')
      return rejected(501, 'a Transfer-Encoding other than chunked');
    return length === undefined
      ? -1
      : rejected(400, 'Content-Length together with Transfer-Encoding');
  }
  if (length === undefined) return 0;
  if (!/^[0-9]{1,15}$/.test(length)) return rejected(400, 'a malformed Content-Length');
  return Number(length);
}

/**
 * origin-form, absolute-form (its host replaces the Host header, RFC 9112 section 3.2.2), or `*` with OPTIONS. Of a
 * target with another scheme than the connection's, Apache takes the path alone, and so do we.
 */
function splitTarget(
  method: string,
  target: string,
  host: string,
): { target: string; host: string } | Rejected {
  if (target.includes('#')) return rejected(400, 'a fragment in the target');
  if (target.charCodeAt(0) === 47) return { target, host };
  if (target === '*' && method === 'OPTIONS') return { target, host };
  const absolute = /^http(s?):\/\/([^/?]*)(.*)$/is.exec(target);
  if (!absolute || !isHost(absolute[2] as string)) return rejected(400, 'a malformed target');
  const foreign = absolute[1] !== '';
  if (foreign && host !== '' && !isHost(host)) return rejected(400, 'a malformed Host header');
  const rest = absolute[3] as string;
  return {
    target: rest.startsWith('/') ? rest : `/${rest}`,
    host: foreign ? host : (absolute[2] as string),
  };
}

/** With such a target the Host header means nothing. */
function isAbsolute(target: string): boolean {
  return target.charCodeAt(0) !== 47 && target !== '*';
}

const name = /^[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*\.?(?::([0-9]+))?$/;
const digits = /^[0-9.]+(?::|$)/;
const address = /^[0-9]+(?:\.[0-9]+){3}\.?(?::|$)/;
const bracketed = /^\[([^\]]+)\](?::([0-9]+))?$/;
/** Most requests name the host of the one before. */
let lastHost = '';

/** A name, an IPv4 address or an IPv6 address in brackets, with a port or without: what Apache takes for one. */
function isHost(text: string): boolean {
  if (text === lastHost) return true;
  const [, inner, port] = bracketed.exec(text) ?? [];
  if (inner !== undefined) return isIPv6(inner) && !inner.includes('%') && isPort(port);
  const found = name.exec(text);
  if (!found || /^\.?(?::|$)/.test(text) || !isPort(found[1])) return false;
  if (digits.test(text) && !address.test(text)) return false;
  lastHost = text;
  return true;
}

function isPort(text: string | undefined): boolean {
  return text === undefined || (Number(text) >= 1 && Number(text) <= 65_535);
}

function same(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower;
}

function rejected(status: number, reason: string): Rejected {
  return { status, reason };
}
