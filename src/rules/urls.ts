import { compilePattern, type Pattern } from '../patterns/pattern.js';
import type { UrlMatch } from '../plan/plan.js';
import { toUrlText } from './url-text.js';

/** A compiled URL pattern of an alias or a mount. */
export type UrlMatcher = (path: string) => MatchedUrl | undefined;

export interface MatchedUrl {
  /** Length of the part of the path that the alias took. */
  readonly length: number;
  /** With a regex: its groups, for `$1` in the target. */
  readonly groups?: readonly (string | undefined)[];
}

/** `path` has its slashes merged already, so a run of slashes in an alias equals one. Source: mod_wsgi, alias matching. */
export function compileUrl(url: UrlMatch): UrlMatcher {
  if (url.kind === 'regex') return regexMatcher(compilePattern(toUrlText(url.source)));
  const prefix = toUrlText(url.prefix).replace(/\/{2,}/g, '/');
  if (prefix === '/') {
    const whole: MatchedUrl = { length: 0 };
    return (path) => (path.charCodeAt(0) === 47 ? whole : undefined);
  }
  const found: MatchedUrl = { length: prefix.length };
  const open = prefix.endsWith('/');
  return (path) => {
    if (!path.startsWith(prefix)) return undefined;
    return open || path.length === prefix.length || path.charCodeAt(prefix.length) === 47
      ? found
      : undefined;
  };
}

function regexMatcher(regex: Pattern): UrlMatcher {
  return (path) => {
    const match = regex.exec(path);
    return match ? { length: match.index + match[0].length, groups: match } : undefined;
  };
}

/** Puts the groups of a match in for `$0` to `$9`, as Apache does; `\$` is a dollar sign. */
export function substitute(target: string, groups: readonly (string | undefined)[]): string {
  return target.replace(/\\\$|\$([0-9])/g, (text, digit: string | undefined) =>
    digit === undefined ? text.slice(1) : (groups[Number(digit)] ?? ''),
  );
}
