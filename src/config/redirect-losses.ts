import { type Losses, nothing, place, prefix, regex, variables } from './loss.js';
import { type Node, wordsOf } from './tree.js';

export function redirect(words: readonly string[]): Losses {
  const path = redirectedPath(words);
  return path === undefined ? place : prefix(path);
}

/** As `redirect`, with a regular expression in the place of the path. */
export function redirectMatch(words: readonly string[]): Losses {
  const source = redirectedPath(words);
  return source === undefined ? place : regex(source);
}

/**
 * `[status] [URL-path] [URL]`; a status that forbids and one that leads elsewhere close alike. Within a
 * <Location> the URL-path may be left out.
 */
function redirectedPath(words: readonly string[]): string | undefined {
  const [status = ''] = words;
  const hasStatus = /^(permanent|temp|seeother|gone|\d{3})$/i.test(status);
  const rest = hasStatus ? words.slice(1) : words;
  const needsUrl = !hasStatus || !/^(gone|[45]\d\d)$/i.test(status);
  return needsUrl && rest.length < 2 ? undefined : rest[0];
}

/** Flags that neither forbid nor lead elsewhere. */
const idleFlags =
  /^(E|ENV|L|LAST|END|NC|NOCASE|NE|NOESCAPE|PT|PASSTHROUGH|S|SKIP|C|CHAIN|CO|COOKIE|QS\w+|B\w*|DPI|DISCARDPATH|NS|NOSUBREQ|N|NEXT)$/;

/** A rule that changes the URL takes it from what would answer here; its conditions could only narrow that. */
export function rewriteRule(
  [pattern = '', substitution = '', flagText = '']: readonly string[],
  siblings: readonly Node[],
): Losses {
  const engine = siblings.findLast(({ name }) => name.toLowerCase() === 'rewriteengine');
  if (engine && /^off$/i.test(wordsOf(engine)[0] ?? '')) return nothing;
  const flags = flagText
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((flag) => flag.trim().split('=')[0]!.toUpperCase())
    .filter(Boolean);
  const sets: Losses = flags.some((flag) => flag === 'E' || flag === 'ENV') ? variables() : nothing;
  if (substitution === '-' && flags.every((flag) => idleFlags.test(flag))) return sets;
  if (pattern.startsWith('!')) return [...place, ...sets];
  const anyCase = flags.some((flag) => flag === 'NC' || flag === 'NOCASE');
  return [...regex(anyCase ? `(?i)${pattern}` : pattern), ...sets];
}
