import { encodeKey } from '../../protocol/marshal.js';

/** How a request header reaches the application. */
export interface HeaderName {
  /** `''`: never. */
  readonly key: string;
  readonly encoded: { readonly 2: string; readonly 3: string };
  readonly authorization: boolean;
  /** The last request that had it: tells a repeated header without a set per request. */
  seen: number;
  /** False where the memory was full: such a name cannot be recognised when it is repeated. */
  readonly kept: boolean;
}

const most = 1000;
const bySpelling = new Map<string, HeaderName>();
/** Spellings of one header share one entry. */
const byKey = new Map<string, HeaderName>();

/**
 * The CGI key of a header name as received. Only letters, digits and `-` are let through, so that
 * `X_Forwarded_For` cannot pose as `X-Forwarded-For`; `Proxy` would become HTTP_PROXY (CVE-2016-5385).
 * Host is written elsewhere.
 */
export function headerName(name: string): HeaderName {
  return bySpelling.get(name) ?? remember(name);
}

function remember(name: string): HeaderName {
  const lower = name.toLowerCase();
  const key = keyOf(lower);
  const known = byKey.get(lower);
  const full = bySpelling.size >= most;
  const made = known ?? {
    key,
    encoded: key === '' ? none : { 2: encodeKey(key, 2), 3: encodeKey(key, 3) },
    authorization: lower === 'authorization' || lower === 'proxy-authorization',
    seen: 0,
    kept: !full,
  };
  if (!full) {
    bySpelling.set(name, made);
    byKey.set(lower, made);
  }
  return made;
}

const none = { 2: '', 3: '' };

function keyOf(lower: string): string {
  if (lower === 'proxy' || lower === 'host' || !/^[a-z0-9-]{1,250}$/.test(lower)) return '';
  const key = lower.toUpperCase().replaceAll('-', '_');
  return lower === 'content-type' || lower === 'content-length' ? key : `HTTP_${key}`;
}
