import { dirname, join } from 'node:path';
import type { Machine } from './machine.js';

type Files = Pick<Machine, 'look' | 'target' | 'list'>;

/**
 * The root of the environment or installation that a path belongs to: itself, or a folder above it.
 * `bin/python`, `site-packages`, `pyvenv.cfg` and everything below a virtual environment lead to its root;
 * only what stands in `bin` or `lib` leads to a plain installation.
 */
export function climbToRoot(path: string, files: Files): string | undefined {
  for (let folder = path; folder !== '/'; folder = dirname(folder)) {
    if (isMarked(folder, files)) return folder;
    if (hasPython(folder, files) && isPartOf(path, folder)) return folder;
  }
  return undefined;
}

/** Virtual environments directly in a folder, as paths; the usual names first. */
export function environmentsIn(folder: string, files: Files): string[] {
  const usual = ['venv', '.venv', 'env', '.env', 'virtualenv'];
  const rank = (name: string) => (usual.indexOf(name) + usual.length + 1) % (usual.length + 1);
  return files
    .list(folder)
    .filter((name) => isMarked(join(folder, name), files))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((name) => join(folder, name));
}

/** The marks of an environment, which no other folder has. */
function isMarked(folder: string, files: Files): boolean {
  return ['pyvenv.cfg', 'conda-meta', 'bin/activate_this.py'].some(
    (name) => typeof files.look(join(folder, name)) !== 'string',
  );
}

function hasPython(folder: string, files: Files): boolean {
  return ['bin/python', 'bin/python3'].some((name) => {
    const entry = files.look(join(folder, name));
    return typeof entry !== 'string' && entry.kind !== 'folder';
  });
}

function isPartOf(path: string, root: string): boolean {
  return path === root || /^(bin|lib|lib64|include)(\/|$)/.test(path.slice(root.length + 1));
}
