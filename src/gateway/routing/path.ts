import type { HostPlan } from '../../plan/plan.js';

/**
 * URL paths as Apache reads them: decoded once, each byte as the latin-1 character of the same number,
 * `.` and `..` resolved, repeated slashes merged. (Targets with a fragment do not come so far.)
 */
export type ReadPath =
  | { readonly path: string; readonly query: string }
  | { readonly status: 400 | 404; readonly reason: string };

/** Neither `%`, nor `//`, `/.` or anything that needs work: most paths. */
const plain = /^\/(?:[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9._~!$&'()*+,;=:@-]*(?:\/|$))*$/;

/** How a host wants slashes read. */
type Slashes = HostPlan['slashes'];

export function readPath(target: string, slashes: Slashes): ReadPath {
  const mark = target.indexOf('?');
  const raw = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? '' : target.slice(mark + 1);
  if (plain.test(raw)) return { path: raw, query };
  const decoded = decode(raw.replace(/^\/{2,}/, '/'), slashes.encoded);
  if (typeof decoded !== 'string') return decoded;
  const path = resolveDots(decoded, slashes.merge);
  return path === undefined
    ? { status: 400, reason: 'a path that climbs above its root' }
    : { path, query };
}

function decode(
  raw: string,
  encodedSlashes: Slashes['encoded'],
): string | { status: 400 | 404; reason: string } {
  if (!raw.includes('%')) return raw;
  let decoded = '';
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at] as string;
    if (character !== '%') {
      decoded += character;
      continue;
    }
    const digits = raw.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(digits))
      return { status: 400, reason: 'a malformed escape in the path' };
    const code = Number.parseInt(digits, 16);
    if (code === 0) return { status: 404, reason: '%00 in the path' };
    if (code === 47 && encodedSlashes === 'refuse')
      return { status: 404, reason: '%2F in the path' };
    decoded += code === 47 && encodedSlashes === 'keep' ? `%${digits}` : String.fromCharCode(code);
    at += 2;
  }
  return decoded;
}

/** @returns undefined where the path would leave its root. */
function resolveDots(path: string, merge: boolean): string | undefined {
  const kept: string[] = [];
  const segments = path.split('/');
  const last = segments.length - 1;
  for (let index = 1; index <= last; index++) {
    const segment = segments[index] as string;
    if (segment === '..') {
      if (kept.pop() === undefined) return undefined;
    } else if (segment !== '.' && !(segment === '' && (merge || index === last))) {
      kept.push(segment);
      continue;
    }
    if (index === last) kept.push('');
  }
  return `/${kept.join('/')}`;
}

/** Latin-1 characters that stand for the bytes of a file name. Undefined where these are not UTF-8. */
export function toFileName(path: string): string | undefined {
  if (!/[\x80-\xff]/.test(path)) return path;
  const name = Buffer.from(path, 'latin1').toString('utf8');
  return name.includes('\ufffd') ? undefined : name;
}
