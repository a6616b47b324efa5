import { compilePattern, type Pattern } from '../patterns/pattern.js';
import type { UrlMatch } from '../plan/plan.js';
import { mergeSlashes, toUrlText } from './url-text.js';

/** A compiled URL pattern of an alias or a mount. */
export type UrlMatcher = (path: string) => MatchedUrl | undefined;

export interface MatchedUrl {
  /** Length of the part of the path that the alias took. */
  readonly length: number;
  /** With a regex: its groups, for `$1` in the target. */
  readonly groups?: readonly (string | undefined)[];
}

/**
 * Of a mount. A run of slashes in the alias equals any in the path. Source: mod_wsgi, alias matching.
 * A mount for `/` takes nothing of the path, so that it all is appended to the target.
 *
 * @param merges whether paths have no runs, as with MergeSlashes On.
 */
export function compileUrl(url: UrlMatch, merges = true): UrlMatcher {
  return url.kind === 'prefix' && /^\/+$/.test(url.prefix)
    ? takesNothing
    : compileAlias(url, merges);
}

const nothing: MatchedUrl = { length: 0 };
const takesNothing: UrlMatcher = (path) => (path.charCodeAt(0) === 47 ? nothing : undefined);

/** Of an Alias; one for `/` takes that slash too. Source: mod_alias. */
export function compileAlias(url: UrlMatch, merges = true): UrlMatcher {
  if (url.kind === 'regex') return regexMatcher(compilePattern(toUrlText(url.source)));
  const prefix = mergeSlashes(toUrlText(url.prefix));
  if (!merges) return (path) => withRuns(prefix, path);
  const found: MatchedUrl = { length: prefix.length };
  const open = prefix.endsWith('/');
  return (path) => {
    if (!path.startsWith(prefix)) return undefined;
    return open || path.length === prefix.length || path.charCodeAt(prefix.length) === 47
      ? found
      : undefined;
  };
}

function withRuns(prefix: string, path: string): MatchedUrl | undefined {
  let at = 0;
  for (const letter of prefix) {
    if (path[at] !== letter) return undefined;
    at++;
    while (letter === '/' && path[at] === '/') at++;
  }
  const ends = prefix.endsWith('/') || at === path.length || path[at] === '/';
  return ends ? { length: at } : undefined;
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
