import { basename, join } from 'node:path';
import type { Machine } from './machine.js';

/** Something that pip, uv, conda or the system's packages installed. */
export interface Distribution {
  /** As the project writes it: `Django`. */
  readonly name: string;
  readonly version: string;
  /** The folder with its metadata. */
  readonly metadata: string;
}

type Files = Pick<Machine, 'list' | 'read'>;

/**
 * The distributions in some folders of packages, by their metadata folders (PEP 376, PEP 627). Names and
 * versions are taken from the names of those folders, so that hundreds cost one look at the disk.
 */
export function listDistributions(folders: readonly string[], files: Files): Distribution[] {
  const found = folders.flatMap((folder) =>
    files.list(folder).flatMap((entry) => {
      const distribution = parseEntry(join(folder, entry), files);
      return distribution ? [distribution] : [];
    }),
  );
  const seen = new Set<string>();
  return found
    .filter(({ name }) => !seen.has(normalName(name)) && seen.add(normalName(name)))
    .sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()));
}

/** PEP 503: `Foo.Bar_baz` and `foo-bar-baz` are one name. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Names that a distribution always needs; conditional ones (extras, platforms) are left out. */
export function requirementsOf({ metadata }: Distribution, files: Files): string[] {
  const text = files.read(join(metadata, 'METADATA')) ?? '';
  const header = text.slice(0, text.search(/\r?\n\r?\n/) + 1 || undefined);
  return [...header.matchAll(/^Requires-Dist:\s*([\w.-]+)([^;\n]*)$/gim)].map((match) =>
    normalName(match[1]!),
  );
}

function parseEntry(metadata: string, files: Files): Distribution | undefined {
  const entry = basename(metadata);
  const wheel = /^(.+?)-([^-]+)\.dist-info$/.exec(entry);
  if (wheel) return { name: wheel[1]!.replaceAll('_', '-'), version: wheel[2]!, metadata };
  const egg = /^(.+?)-([^-]+)(?:-py[\d.]+)?(?:-[\w.]+)?\.egg-info$/.exec(entry);
  if (egg) return { name: egg[1]!.replaceAll('_', '-'), version: egg[2]!, metadata };
  if (!entry.endsWith('.egg-info')) return undefined;
  const text = files.read(join(metadata, 'PKG-INFO')) ?? '';
  const name = /^Name:\s*(\S+)/m.exec(text)?.[1];
  const version = /^Version:\s*(\S+)/m.exec(text)?.[1];
  return name && version ? { name, version, metadata } : undefined;
}
