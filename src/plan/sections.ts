import { hasWildcards } from '../base/glob.js';
import type { DirectorySettings, Section } from '../config/config.js';
import type { SectionMatch, SectionPlan } from './plan.js';
import { requestSettings } from './settings.js';

/** A section with what was stated in it, for messages. */
export interface PlannedSection {
  readonly plan: SectionPlan;
  readonly stated: DirectorySettings;
}

/**
 * Sections in the order in which Apache merges them (manual: "How the sections are merged"):
 * Directory by number of path components, then DirectoryMatch by number of slashes in the expression (which the
 * manual does not say), then Files and FilesMatch, those inside a Directory after the free ones, then Location
 * and LocationMatch. Within a class the main server's come before the host's, else the order of the file counts.
 */
export function planSections(
  main: readonly Section[],
  host: readonly Section[],
  variables: Readonly<Record<string, string>>,
): PlannedSection[] {
  const all = [...main, ...host];
  const directories = inMergeOrder(all.filter((section) => section.kind === 'directory'));
  const planned = (section: Section, within?: SectionMatch): PlannedSection => ({
    plan: {
      at: section.at,
      kind: section.kind,
      match: sectionMatch(section),
      settings: requestSettings(section.settings, variables),
      ...(section.settings.accessMerging && {
        accessMerging: section.settings.accessMerging.value,
      }),
      ...(within && { within }),
    },
    stated: section.settings,
  });
  return [
    ...directories.map((section) => planned(section)),
    ...all.filter((section) => section.kind === 'files').map((section) => planned(section)),
    ...directories.flatMap((section) =>
      section.children.map((child) => planned(child, sectionMatch(section))),
    ),
    ...all.filter((section) => section.kind === 'location').map((section) => planned(section)),
  ];
}

function inMergeOrder(directories: readonly Section[]): Section[] {
  const isRegex = ({ pattern }: Section) => (pattern.kind === 'regex' ? 1 : 0);
  return [...directories].sort((a, b) => isRegex(a) - isRegex(b) || slashes(a) - slashes(b));
}

/** Source: httpd, core_reorder_directories. */
function slashes({ pattern: { kind, text } }: Section): number {
  const folder = kind === 'regex' || text.endsWith('/') ? text : `${text}/`;
  return folder === '/' ? 0 : folder.split('/').length - 1;
}

function sectionMatch({ kind, pattern }: Section): SectionMatch {
  if (pattern.kind === 'regex') return { kind: 'regex', source: pattern.text };
  if (kind === 'files' || hasWildcards(pattern.text))
    return { kind: 'glob', pattern: pattern.text };
  return { kind: 'prefix', path: pattern.text };
}
