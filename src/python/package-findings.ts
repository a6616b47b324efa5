import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { type Check, type Examined, isEnvironment, type Reader, reads } from './examined.js';
import type { Machine } from './machine.js';
import { type ForeignExtension, foreignExtensions, packageFolders } from './packages.js';
import { modeText, worldWritable } from './permissions.js';
import { pipInstall } from './pip.js';
import { minorVersion } from './versions.js';

/** The folders of packages: who can read and write them, and whether compiled modules fit. */
export const packageFindings: Check = (examined, machine, reader) => {
  const folders = packageFolders(examined.root, examined.version, machine);
  return [
    ...folders.flatMap((folder) => accessOf(folder, examined.named, machine, reader)),
    ...(isEnvironment(examined)
      ? folders.flatMap((folder) => foreign(folder, examined, machine))
      : []),
  ];
};

function accessOf(folder: string, named: string, machine: Machine, reader: Reader): Diagnostic[] {
  const entry = machine.look(folder);
  if (typeof entry === 'string') return [];
  const found: Diagnostic[] = [];
  if (!reads(reader, folder, entry))
    found.push(
      diagnostic(
        'packages-unreadable',
        `${named}: ${reader.name} cannot read ${folder} (mode ${modeText(entry.mode)})`,
        { hint: `let everybody read it: chmod -R a+rX ${folder}` },
      ),
    );
  if (worldWritable(entry))
    found.push(writable(`the folder of packages ${folder}`, folder, entry.mode));
  return found;
}

/** Whoever can write there runs code as the user of the daemon. */
export function writable(what: string, path: string, mode: number): Diagnostic {
  return diagnostic(
    'world-writable',
    `everybody can write to ${what} (mode ${modeText(mode)}), and so run code as the user of its application`,
    { hint: `take that away: chmod o-w ${path}` },
  );
}

function foreign(
  folder: string,
  { named, version, executable, distributions }: Examined,
  machine: Machine,
): Diagnostic[] {
  const [first, ...more] = foreignExtensions(folder, version, machine);
  if (!first) return [];
  const nameOf = ({ path }: ForeignExtension) =>
    path
      .slice(folder.length + 1)
      .split('/')[0]!
      .split('.')[0]!;
  const names = [...new Set([first, ...more].map(nameOf))].slice(0, 5);
  return [
    diagnostic(
      'extension-other-version',
      `${named}: ${first.path.slice(folder.length + 1)}${more.length > 0 ? ` and ${more.length} more` : ''} in ${folder} ${more.length > 0 ? 'are' : 'is'} compiled for Python ${first.made}, not for ${minorVersion(version)}, and cannot be imported`,
      {
        hint: `install what it belongs to again: ${pipInstall(executable, `--force-reinstall ${names.join(' ')}`, distributions)}`,
      },
    ),
  ];
}
