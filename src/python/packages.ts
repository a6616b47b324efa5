import { join } from 'node:path';
import type { Machine } from './machine.js';
import { minorVersion } from './versions.js';

type Files = Pick<Machine, 'look' | 'list'>;

/** The folders that hold the packages of a root for one Python version, as far as they exist. */
export function packageFolders(root: string, version: string, files: Files): string[] {
  const minor = minorVersion(version);
  const [major] = minor.split('.');
  return [
    join(root, 'lib', `python${minor}`, 'site-packages'),
    join(root, 'lib64', `python${minor}`, 'site-packages'),
    // Where Debian and its children put what their packages and a plain pip install.
    join(root, 'local/lib', `python${minor}`, 'dist-packages'),
    join(root, 'lib', `python${major}`, 'dist-packages'),
    join(root, 'lib', `python${minor}`, 'dist-packages'),
  ].filter((folder) => isFolder(folder, files) && !isLink(join(root, 'lib64'), folder, files));
}

/** The versions for which a root has a folder of packages: `['3.9', '3.11']`. */
export function packageVersions(root: string, files: Files): string[] {
  return files.list(join(root, 'lib')).flatMap((name) => {
    const minor = /^python(\d+\.\d+)$/.exec(name)?.[1];
    return minor && isFolder(join(root, 'lib', name, 'site-packages'), files) ? [minor] : [];
  });
}

/** A compiled module that the interpreter does not see, and what it is for. */
export interface ForeignExtension {
  readonly path: string;
  /** `3.9` */
  readonly made: string;
}

/** So many folders of packages are looked into, two levels deep: enough to notice, and quick. */
const looked = 400;

/**
 * Compiled modules of which there is one for another Python only, such as
 * `_rust.cpython-39-x86_64-linux-gnu.so` under Python 3.11.
 */
export function foreignExtensions(
  folder: string,
  version: string,
  files: Files,
): ForeignExtension[] {
  const tag = minorVersion(version).replace('.', '');
  const packages = files
    .list(folder)
    .filter((name) => !/\.(dist-info|egg-info|py|pth|so|libs)$|^__pycache__$/.test(name))
    .map((name) => join(folder, name))
    .slice(0, looked);
  return [folder, ...packages].flatMap((place) => foreignIn(place, tag, files));
}

function foreignIn(place: string, tag: string, files: Files): ForeignExtension[] {
  const modules = files.list(place).filter((name) => name.endsWith('.so'));
  const seen = new Set(
    modules
      .filter((name) => !taggedOf(name) || taggedOf(name) === tag)
      .map((name) => name.split('.')[0]),
  );
  return modules.flatMap((name) => {
    const made = taggedOf(name);
    if (made === undefined || made === tag || seen.has(name.split('.')[0])) return [];
    return [{ path: join(place, name), made: made.replace(/^(\d)/, '$1.') }];
  });
}

/** `39` of `x.cpython-39-x86_64-linux-gnu.so`, `37` of `x.cpython-37m-…`; nothing for `abi3` and no tag. */
function taggedOf(name: string): string | undefined {
  return /\.cpython-(\d{2,3})[a-z]*-/.exec(name)?.[1];
}

function isFolder(path: string, files: Files): boolean {
  const entry = files.look(path);
  return typeof entry !== 'string' && entry.kind === 'folder';
}

/** `lib64` is a link to `lib` in most environments: its packages would count twice. */
function isLink(link: string, folder: string, files: Files): boolean {
  if (!folder.startsWith(`${link}/`)) return false;
  const entry = files.look(link);
  return typeof entry !== 'string' && entry.kind === 'link';
}
