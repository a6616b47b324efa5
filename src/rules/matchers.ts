import { compileGlob } from '../base/glob.js';
import { compilePattern, type Pattern } from '../patterns/pattern.js';
import { groupNames, isOpenEnded } from '../patterns/traits.js';
import type { SectionMatch, SectionPlan } from '../plan/plan.js';
import { type Applies, certainly } from './applies.js';
import { components, type Place } from './located.js';
import { toUrlText } from './url-text.js';

/** What a section is compared with: its one reading, for a request and for all that may come. */
export interface Matcher<T> {
  holds(what: T): boolean;
  /** For everything that begins with this text, of which no more is known. */
  below(start: string): Applies;
  /** The named groups of a match, as `MATCH_` variables. Absent where the pattern has none. */
  readonly variables?: (what: T) => readonly Variable[];
}

export type Variable = readonly [name: string, value: string];

/** `<Directory>` and `<DirectoryMatch>`. `below` takes a folder, with its slash. */
export function directoryMatcher(match: SectionMatch): Matcher<Place> {
  if (match.kind === 'regex') return regexMatcher(match.source, ({ path }) => path);
  const names = namesOf(match);
  /** As far as both go. */
  const agrees = (folders: readonly string[]) =>
    names.every((fits, index) => index >= folders.length || fits(folders[index] as string));
  const holds = (folders: readonly string[]) => folders.length >= names.length && agrees(folders);
  return {
    holds: (place) => holds(place.folders),
    below(start) {
      const folders = components(start.slice(0, start.lastIndexOf('/') + 1));
      return holds(folders) ? 'always' : agrees(folders) ? 'maybe' : 'never';
    },
  };
}

type Fits = (name: string) => boolean;

function namesOf(match: Exclude<SectionMatch, { kind: 'regex' }>): readonly Fits[] {
  if (match.kind === 'prefix') return components(match.path).map((name) => (text) => text === name);
  // What stands before the first slash must match nothing: one of the wildcards can.
  const [first = '', ...rest] = match.pattern.split('/');
  if (!compileGlob(first)('')) return [() => false];
  return rest.filter(Boolean).map(compileGlob);
}

/** `<Files>` and `<FilesMatch>`, on the name of the file. */
export function nameMatcher(match: SectionMatch): Matcher<Place> {
  if (match.kind === 'regex') {
    const matcher = regexMatcher<Place>(match.source, ({ name }) => name);
    // Nothing is known of the names in a folder.
    return { ...matcher, below: () => matcher.below('') };
  }
  const pattern = match.kind === 'glob' ? match.pattern : match.path;
  const fits = compileGlob(pattern);
  return {
    holds: ({ name }) => fits(name),
    below: () => (/^\*+$/.test(pattern) ? 'always' : 'maybe'),
  };
}

/** `<Location>` and `<LocationMatch>`, on the path of the URL; the former sees repeated slashes as one. */
export function locationMatcher(match: SectionMatch): Matcher<string> {
  if (match.kind === 'regex') return regexMatcher(toUrlText(match.source), (path) => path);
  if (match.kind === 'glob') return globMatcher(toUrlText(match.pattern));
  const path = toUrlText(match.path);
  const open = path.endsWith('/');
  const holds = (url: string) =>
    url.startsWith(path) &&
    (open || url.length === path.length || url.charCodeAt(path.length) === 47);
  return {
    holds,
    below: (start) => (holds(start) ? 'always' : path.startsWith(start) ? 'maybe' : 'never'),
  };
}

/** A wildcard matches the whole path or nothing, and never `/`. */
function globMatcher(pattern: string): Matcher<string> {
  const names = pattern.split('/').map(compileGlob);
  return {
    holds: compileGlob(pattern),
    below(start) {
      const known = start.split('/').slice(0, -1);
      const agrees = known.every((name, index) => names[index]?.(name));
      return agrees && names.length > known.length ? 'maybe' : 'never';
    },
  };
}

function regexMatcher<T>(source: string, textOf: (what: T) => string): Matcher<T> {
  const pattern = compilePattern(source);
  const names = groupNames(source);
  return {
    holds: (what) => pattern.test(textOf(what)),
    below: (start) => (isOpenEnded(source) && pattern.test(start) ? 'always' : 'maybe'),
    ...(names.length > 0 && {
      variables: (what: T) => namedGroups(pattern, names, textOf(what)),
    }),
  };
}

function namedGroups(pattern: Pattern, names: readonly string[], text: string): Variable[] {
  const groups = pattern.exec(text)?.groups ?? {};
  return names.flatMap((name) => {
    const value = groups[name];
    return value === undefined ? [] : [[`MATCH_${name.toUpperCase()}`, value] as const];
  });
}

/** Of the folder around a `<Files>`; no folder is everywhere. */
export function withinMatcher({ within }: SectionPlan): Matcher<Place> {
  return within ? directoryMatcher(within) : everywhere;
}

const everywhere: Matcher<Place> = { holds: () => true, below: () => certainly(true) };
