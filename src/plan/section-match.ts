import { basename, dirname } from 'node:path';
import { globToRegExp } from '../config/glob.js';
import { compilePattern } from '../patterns/pattern.js';
import type { AliasPlan, SectionMatch, SectionPlan } from './plan.js';
import { components } from './sections.js';

/** Whether a section holds for all, some or none of the requests that a mount takes. */
export type Applies = 'always' | 'maybe' | 'never';

/** What is known of a mount before any request: `folder`, its target is a folder of files. */
export type MountTarget = AliasPlan & { readonly folder: boolean };

export function sectionApplies(section: SectionPlan, mount: MountTarget): Applies {
  const inside = section.within ? directoryApplies(section.within, mount) : 'always';
  if (inside === 'never') return 'never';
  const own = ownMatch(section, mount);
  return own === 'always' ? inside : own;
}

function ownMatch({ kind, match }: SectionPlan, mount: MountTarget): Applies {
  switch (kind) {
    case 'directory':
      return directoryApplies(match, mount);
    case 'files':
      return filesApplies(match, mount);
    case 'location':
      return locationApplies(match, mount);
  }
}

function directoryApplies(match: SectionMatch, mount: MountTarget): Applies {
  // With `$1` in it the path is known only up to there.
  const known = mount.url.kind === 'regex' ? mount.target.replace(/\$.*$/s, '') : mount.target;
  const partial = known !== mount.target;
  const folder = partial || mount.folder ? known.replace(/[^/]*$/, '') : dirname(known);
  const matches = directoryMatches(match, mount.folder && !partial ? mount.target : folder);
  if (matches) return 'always';
  return (partial || mount.folder) && mayMatchBelow(match, folder) ? 'maybe' : 'never';
}

/** Whether `folder` or one above it is what the section names. */
function directoryMatches(match: SectionMatch, folder: string): boolean {
  const parts = components(folder);
  switch (match.kind) {
    case 'prefix':
      return components(match.path).every((part, index) => part === parts[index]);
    case 'glob':
      return components(match.pattern).every(
        (part, index) => index < parts.length && globToRegExp(part).test(parts[index]!),
      );
    case 'regex':
      return (
        test(match.source, folder.replace(/(.)\/+$/, '$1')) ||
        test(match.source, `${folder.replace(/\/+$/, '')}/`)
      );
  }
}

function mayMatchBelow(match: SectionMatch, folder: string): boolean {
  if (match.kind === 'regex') return true;
  const parts = components(folder);
  const wanted = components(match.kind === 'prefix' ? match.path : match.pattern);
  return parts.every(
    (part, index) =>
      wanted[index] === part ||
      (match.kind === 'glob' &&
        wanted[index] !== undefined &&
        globToRegExp(wanted[index]).test(part)),
  );
}

function filesApplies(match: SectionMatch, mount: MountTarget): Applies {
  if (mount.folder || (mount.url.kind === 'regex' && mount.target.includes('$'))) return 'maybe';
  const name = basename(mount.target);
  switch (match.kind) {
    case 'regex':
      return test(match.source, name) ? 'always' : 'never';
    case 'glob':
      return globToRegExp(match.pattern).test(name) ? 'always' : 'never';
    case 'prefix':
      return match.path === name ? 'always' : 'never';
  }
}

function locationApplies(match: SectionMatch, mount: MountTarget): Applies {
  if (match.kind !== 'prefix' || mount.url.kind !== 'prefix') {
    return match.kind === 'prefix' && match.path === '/' ? 'always' : 'maybe';
  }
  const section = components(match.path);
  const url = components(mount.url.prefix);
  if (section.every((part, index) => part === url[index])) return 'always';
  return url.every((part, index) => part === section[index]) ? 'maybe' : 'never';
}

/** Sources come from a person, and the reader has compiled them; one that fails here matches nothing. */
function test(source: string, text: string): boolean {
  try {
    return compilePattern(source).test(text);
  } catch {
    return false;
  }
}
