import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';

/** What stands at a path; `denied` when it cannot be looked at. */
export type FileKind = 'file' | 'folder' | 'missing' | 'denied';

/** Answers of the file system that may be a second old, so that the hot path makes no system call. */
export interface Files {
  kind(path: string): FileKind;
  /** Whether symbolic links on the way from `root` (not looked at itself) to `path` are allowed. */
  linksAllowed(root: string, path: string, rule: 'always' | 'owner' | 'none'): boolean;
  /** Once a second. */
  forget(): void;
}

const most = 4096;

export function createFiles(): Files {
  const kinds = new Map<string, FileKind>();
  const links = new Map<string, boolean>();
  return {
    kind(path) {
      return remembered(kinds, path, () => look(path));
    },
    linksAllowed(root, path, rule) {
      if (rule === 'always') return true;
      return remembered(links, `${rule}\0${root}\0${path}`, () => allowed(root, path, rule));
    },
    forget() {
      kinds.clear();
      links.clear();
    },
  };
}

function remembered<T>(memory: Map<string, T>, key: string, find: () => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const found = find();
  if (memory.size >= most) memory.clear();
  memory.set(key, found);
  return found;
}

function look(path: string): FileKind {
  try {
    const stats = statSync(path);
    if (stats.isFile()) return 'file';
    return stats.isDirectory() ? 'folder' : 'denied';
  } catch (error) {
    return kindOfError(error);
  }
}

function kindOfError(error: unknown): FileKind {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' ? 'missing' : 'denied';
}

/** Without a link the real path is the path itself. With `owner`, each link must belong to the owner of its target. */
function allowed(root: string, path: string, rule: 'owner' | 'none'): boolean {
  try {
    const base = root.replace(/\/+$/, '') || sep;
    const real = realpathSync(base);
    const expected = (real === sep ? '' : real) + path.slice(base === sep ? 0 : base.length);
    if (realpathSync(path) === expected.replace(/\/+$/, '')) return true;
    return rule === 'owner' && ownersAgree(base, path);
  } catch {
    return false;
  }
}

function ownersAgree(base: string, path: string): boolean {
  for (let at = path; at.length > base.length; at = dirname(at)) {
    const link: Stats = lstatSync(at);
    if (link.isSymbolicLink() && link.uid !== statSync(at).uid) return false;
  }
  return true;
}
