import { basename, dirname } from 'node:path';
import { compilePattern, type Pattern } from '../../patterns/pattern.js';
import type {
  EnvironmentRule,
  HostPlan,
  RequestSettings,
  SectionMatch,
  SectionPlan,
} from '../../plan/plan.js';
import { toUrlText } from './path.js';

/** A file that a request is about, as sections see it. */
export interface Located {
  readonly file: string;
  /** Whether `file` is a folder itself. */
  readonly folder: boolean;
}

export interface Sections {
  /** Which of the location sections hold for a URL path, as a key to keep a route under; `''` for none. */
  locationsOf(path: string): string;
  /** What holds for a file and a set of location sections. */
  settle(where: Located, locations: string, override: Partial<RequestSettings>): RequestSettings;
}

interface Compiled {
  readonly section: SectionPlan;
  readonly matches: (text: string) => boolean;
  readonly within: ((text: string) => boolean) | undefined;
}

/** Later sections win key by key; rules for the environment add up. */
export function compileSections(host: HostPlan): Sections {
  const all = host.sections.map<Compiled>((section) => ({
    section,
    matches: matcher(section.match, section.kind),
    within: section.within && matcher(section.within, 'directory'),
  }));
  const locations = all.filter(({ section }) => section.kind === 'location');
  const numbers = new Map(locations.map((entry, index) => [entry, index]));

  return {
    locationsOf(path) {
      if (locations.length === 0) return '';
      let key = '';
      for (let index = 0; index < locations.length; index++)
        if ((locations[index] as Compiled).matches(path)) key += `${index},`;
      return key;
    },
    settle(where, chosen, override) {
      const numbered = new Set(chosen.split(',').filter(Boolean).map(Number));
      const folder = where.folder ? where.file : dirname(where.file);
      let settings = host.settings;
      for (const entry of all) {
        const number = numbers.get(entry);
        const holds = number === undefined ? holdsFor(entry, where, folder) : numbered.has(number);
        if (holds) settings = merge(settings, entry.section.settings);
      }
      return { ...settings, ...override };
    },
  };
}

function holdsFor(entry: Compiled, where: Located, folder: string): boolean {
  if (entry.section.kind === 'directory') return entry.matches(folder);
  if (where.folder) return false;
  return (
    (entry.within === undefined || entry.within(folder)) && entry.matches(basename(where.file))
  );
}

function merge(below: RequestSettings, above: Partial<RequestSettings>): RequestSettings {
  const environment: readonly EnvironmentRule[] = above.environment
    ? [...below.environment, ...above.environment]
    : below.environment;
  return { ...below, ...above, environment };
}

function matcher(match: SectionMatch, kind: SectionPlan['kind']): (text: string) => boolean {
  const url = kind === 'location';
  if (match.kind === 'regex') {
    const regex = compilePattern(url ? toUrlText(match.source) : match.source);
    if (kind !== 'directory') return (text) => regex.test(text);
    // Apache tests each folder on the way with its slash at the end.
    return (text) =>
      ancestors(text).some((folder) => regex.test(folder) || regex.test(`${folder}/`));
  }
  if (match.kind === 'prefix') return prefixMatcher(url ? toUrlText(match.path) : match.path);
  const regex = globRegex(url ? toUrlText(match.pattern) : match.pattern, kind);
  if (kind === 'directory') return (text) => ancestors(text).some((folder) => regex.test(folder));
  return (text) => regex.test(text);
}

/** The path itself and all below it; a slash at the end of the pattern asks for one in the text. */
function prefixMatcher(path: string): (text: string) => boolean {
  if (path === '/' || path === '') return () => true;
  const open = path.endsWith('/');
  return (text) =>
    text.startsWith(path) &&
    (open || text.length === path.length || text.charCodeAt(path.length) === 47);
}

/** Wildcards do not match `/` (fnmatch with FNM_PATHNAME), except in base names, which have none. */
function globRegex(pattern: string, kind: SectionPlan['kind']): Pattern {
  const trimmed = kind === 'directory' ? pattern.replace(/\/+$/, '') : pattern;
  let source = '';
  for (let at = 0; at < trimmed.length; at++) {
    const character = trimmed[at] as string;
    if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const end = trimmed.indexOf(']', at + 2);
      if (end < 0) source += '\\[';
      else {
        const inside = trimmed.slice(at + 1, end).replace(/\\/g, '\\\\');
        source += `[${inside.startsWith('!') ? `^${inside.slice(1)}` : inside}]`;
        at = end;
      }
    } else source += character.replace(/[.+^${}()|\]\\/]/g, '\\$&');
  }
  return compilePattern(`^${source}${kind === 'location' ? '(?:/.*)?' : ''}$`);
}

function ancestors(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    found.push(at);
    if (at === dirname(at)) return found;
  }
}
