import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { formatSpan } from '../base/span.js';
import type { Alias, UrlPattern } from '../config/config.js';
import { MatchTimeout } from '../patterns/timed.js';
import { isOpenEnded } from '../patterns/traits.js';
import { mergeSlashes, toUrlText } from '../rules/url-text.js';
import { compileUrl } from '../rules/urls.js';
import type { PlannedHost } from './hosts.js';
import type { MountPlan } from './plan.js';

interface Candidate {
  readonly plan: {
    readonly target: string;
    readonly folder: boolean;
    readonly override?: MountPlan['override'];
  };
  readonly stated: Alias;
  readonly inherited: boolean;
}

/**
 * Aliases that get no request because an earlier one takes all of theirs. Alias comes before every
 * WSGIScriptAlias, whatever the order in the file. That a host's own alias hides one of the main server is
 * what it is for; the other way round it is a mistake.
 */
export function checkShadows(hosts: readonly PlannedHost[]): Diagnostic[] {
  return hosts.flatMap(({ files, mounts }) => [
    ...shadowed(files, (index) => files.slice(0, index)),
    ...shadowed(mounts, (index) => [...files, ...mounts.slice(0, index)]),
  ]);
}

function shadowed(
  aliases: readonly Candidate[],
  before: (index: number) => readonly Candidate[],
): Diagnostic[] {
  return aliases.flatMap((alias, index) => {
    if (alias.inherited) return [];
    const earlier = before(index).find(({ stated }) => takesAll(stated.url, alias.stated.url));
    return earlier ? [shadow(alias.stated, earlier.stated, sameAnswer(alias, earlier))] : [];
  });
}

/** One file, run alike: who asks for the one gets what the other would have said. */
function sameAnswer({ plan: a, stated }: Candidate, { plan: b }: Candidate): boolean {
  return (
    fileOf(a.target, stated.url) === b.target &&
    !a.folder &&
    JSON.stringify(a.override ?? null) === JSON.stringify(b.override ?? null)
  );
}

/** `app.wsgi/$1` is the file `app.wsgi`, with the rest of the URL behind it. */
function fileOf(target: string, url: UrlPattern): string {
  return url.kind === 'regex' ? target.replace(/\/\$\d.*$/s, '') : target;
}

function shadow(alias: Alias, earlier: Alias, same: boolean): Diagnostic {
  const [name, other] = [urlText(alias.url), urlText(earlier.url)];
  const later = earlier.at.file === alias.at.file && earlier.at.line > alias.at.line;
  const found = diagnostic(
    'shadowed-alias',
    `${name} can never match: ${other} at ${formatSpan(earlier.at)} takes its requests${same ? ', for the same script' : later ? ', because Alias comes before WSGIScriptAlias' : ''}`,
    {
      at: alias.at,
      hint:
        name === other || later || same ? 'remove one of the two' : `write ${name} before ${other}`,
      related: [{ message: 'it is shadowed by this one', at: earlier.at }],
    },
  );
  return same ? { ...found, severity: 'warning' } : found;
}

function urlText(url: UrlPattern): string {
  return url.kind === 'prefix' ? url.prefix : url.source;
}

/** Regular expressions that match every path, though they look at the end. */
const everything = /^\^?\/?\(?\.\*\)?\$$/;

/** Whether no request for `later` is left by `earlier`. */
export function takesAll(earlier: UrlPattern, later: UrlPattern): boolean {
  if (earlier.kind === 'regex') {
    if (later.kind === 'regex' && earlier.source === later.source) return true;
    if (everything.test(earlier.source)) return true;
    // A match of an expression that looks at the end says nothing of longer paths.
    if (!isOpenEnded(earlier.source)) return false;
  }
  const takes = compileUrl(earlier);
  try {
    return shortestOf(later).every((path) => takes(path) !== undefined);
  } catch (error) {
    // The pattern is one that `check` warns of: nobody knows.
    if (error instanceof MatchTimeout) return false;
    throw error;
  }
}

/** What each URL of an alias begins with, or is. */
function shortestOf(url: UrlPattern): string[] {
  if (url.kind === 'regex') return ['/'];
  const prefix = mergeSlashes(toUrlText(url.prefix));
  return prefix.endsWith('/') ? [prefix] : [prefix, `${prefix}/`];
}
