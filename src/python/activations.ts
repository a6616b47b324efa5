import type { Machine } from './machine.js';
import { parsePyvenvCfg } from './pyvenv-cfg.js';
import { minorVersion } from './versions.js';

/** A virtual environment that a script adds to its `sys.path`. */
export interface Activation {
  /** Counted from 1: the line that names the environment. */
  readonly line: number;
  readonly root: string;
  /** `3.11`; absent where the environment does not tell. */
  readonly version?: string;
}

/** More of a script than this is not looked at: activation stands at its beginning. */
const looked = 64 * 1024;

/**
 * The environments that the text of a script activates, by `activate_this.py` or by the way to their packages,
 * whole or put together from a folder that the script names. Text alone decides, nothing is executed; an
 * environment that does not exist is not found.
 */
export function activationsOf(
  text: string,
  machine: Pick<Machine, 'look' | 'list' | 'read'>,
): Activation[] {
  if (!/activate_this|site-packages/.test(text)) return [];
  const found = new Map<string, Activation>();
  for (const [index, line] of text.slice(0, looked).split('\n').entries())
    for (const path of absolutePaths(line)) {
      const root = rootOf(path);
      if (found.has(root) || !isEnvironment(root, machine)) continue;
      const version = versionOf(root, machine);
      found.set(root, { line: index + 1, root, ...(version !== undefined && { version }) });
    }
  return [...found.values()];
}

/** String literals of one line that begin with a slash; comments are left out. */
function absolutePaths(line: string): string[] {
  if (/^\s*#/.test(line)) return [];
  return [...line.matchAll(/(['"])(\/[^'"]*)\1/g)].map(([, , path = '']) => path);
}

/** `/srv/venv` of `/srv/venv/`, `/srv/venv/bin/activate_this.py` and `/srv/venv/lib/python%d.%d/site-packages`. */
function rootOf(path: string): string {
  return path
    .replace(/\/+$/, '')
    .replace(/\/(?:bin\/activate_this\.py|lib(?:64)?(?:\/python.*)?|bin)$/, '');
}

function isEnvironment(root: string, machine: Pick<Machine, 'look'>): boolean {
  return ['pyvenv.cfg', 'bin/activate_this.py'].some(
    (name) => typeof machine.look(`${root}/${name}`) !== 'string',
  );
}

function versionOf(root: string, machine: Pick<Machine, 'list' | 'read'>): string | undefined {
  const text = machine.read(`${root}/pyvenv.cfg`);
  const made = text === undefined ? undefined : parsePyvenvCfg(text).version;
  if (made !== undefined) return minorVersion(made);
  const folders = machine.list(`${root}/lib`).filter((name) => /^python\d+\.\d+$/.test(name));
  return folders.length === 1 ? folders[0]!.slice('python'.length) : undefined;
}

/** Names of packages in an environment, without what every new environment has. */
export function packagesIn(root: string, machine: Pick<Machine, 'list'>): string[] {
  const folders = machine.list(`${root}/lib`).filter((name) => name.startsWith('python'));
  return folders
    .flatMap((name) => machine.list(`${root}/lib/${name}/site-packages`))
    .filter((name) => !newEnvironmentHas.test(name) && !/\.(?:dist|egg)-info$/.test(name))
    .map((name) => name.replace(/\.(?:py|so)$/, ''));
}

const newEnvironmentHas =
  /^(?:pip|setuptools|wheel|pkg_resources|easy_install|_distutils_hack|distutils-precedence|_virtualenv|__pycache__|README)/;
