import { spawnSync } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A Python installation of this machine (not a virtual environment), one per version. */
export interface InstalledPython {
  /** Real path: neither a link nor a version manager's shim. */
  readonly executable: string;
  /** `3.11.2` */
  readonly version: string;
  /** Whether `python -m venv --without-pip` works. */
  readonly venv: boolean;
  /** Whether `python -m venv` can put pip in. */
  readonly pip: boolean;
  /** Why the user who would run it cannot; absent where it can. */
  readonly unreachable?: string;
}

export interface Search {
  /** The value of PATH. */
  readonly path: string;
  /** The home folder, for version managers. */
  readonly home: string;
  /** More installations, each a folder with `bin/`. */
  readonly more?: readonly string[];
  /** Asks as this user too whether the Python starts; only root can. */
  readonly user?: { readonly name: string; readonly uid: number; readonly gid: number };
}

/**
 * All Pythons of a machine, newest first: on PATH, in the system's folders, and where pyenv, uv, conda and CI
 * images put them. Each is started once to be asked. Of two with one version, the one that can be used wins.
 */
export function findInstalledPythons(search: Search): InstalledPython[] {
  const byVersion = new Map<string, InstalledPython>();
  const asked = new Set<string>();
  for (const candidate of candidates(search)) {
    const real = realPath(candidate);
    if (!real || asked.has(real)) continue;
    asked.add(real);
    const python = ask(real, search);
    if (python && better(python, byVersion.get(python.version)))
      byVersion.set(python.version, python);
  }
  return [...byVersion.values()].sort((a, b) => compareVersions(b.version, a.version));
}

/** Negative where `a` is older. Compares the three leading numbers. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function candidates({ path, home, more = [] }: Search): string[] {
  const folders = [
    ...more.map((folder) => join(folder, 'bin')),
    ...path.split(':').filter(Boolean),
    '/usr/bin',
    '/usr/local/bin',
    '/opt/conda/bin',
    ...inside(join(home, '.pyenv/versions'), 'bin'),
    ...inside(join(home, '.local/share/uv/python'), 'bin'),
    ...inside(join(home, 'miniconda3/envs'), 'bin'),
    ...inside('/opt/python', 'bin'),
    ...inside('/opt/hostedtoolcache/Python', 'x64/bin'),
  ];
  return folders.flatMap((folder) =>
    list(folder)
      .filter((name) => /^python([23](\.\d+)?)?$/.test(name))
      .map((name) => join(folder, name)),
  );
}

function inside(folder: string, below: string): string[] {
  return list(folder).map((name) => join(folder, name, below));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

const question = `
import json, sys
def have(name):
    try:
        __import__(name)
        return True
    except ImportError:
        return False
base = getattr(sys, 'base_prefix', sys.prefix)
print(json.dumps([sys.executable, '.'.join(map(str, sys.version_info[:3])), have('venv'), have('ensurepip'), sys.prefix == base]))
`;
const patience = 20_000;

function ask(executable: string, { user }: Search): InstalledPython | undefined {
  const answer = spawnSync(executable, ['-E', '-c', question], {
    encoding: 'utf8',
    timeout: patience,
  });
  if (answer.status !== 0) return undefined; // a shim of a version that is not chosen, or no Python at all
  const [said, version, venv, pip, installation] = JSON.parse(answer.stdout) as [
    string,
    string,
    boolean,
    boolean,
    boolean,
  ];
  if (!installation) return undefined; // a virtual environment; its installation is found by itself
  const real = realPath(said) ?? executable;
  const unreachable = user && whyUnreachable(real, user);
  return { executable: real, version, venv, pip, ...(unreachable ? { unreachable } : {}) };
}

/**
 * Asks the kernel instead of reading mode bits: links, access lists and mounts all count. The shell between is
 * needed: setpriv still has root's capabilities when it looks up the program that it starts itself.
 */
function whyUnreachable(executable: string, user: NonNullable<Search['user']>): string | undefined {
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const tried = spawnSync(
    'setpriv',
    [...identity, '/bin/sh', '-c', 'exec "$0" -E -c "import os"', executable],
    { cwd: '/', encoding: 'utf8', timeout: patience },
  );
  if (tried.status === 0) return undefined;
  if (tried.error) return `setpriv could not be started: ${tried.error.message}`;
  const said = tried.stderr.trim().split('\n').at(-1)?.split(': ').at(-1) ?? '';
  return `user "${user.name}" cannot run it: ${said.toLowerCase()}`;
}

function better(python: InstalledPython, known: InstalledPython | undefined): boolean {
  if (!known) return true;
  if (known.unreachable !== undefined) return python.unreachable === undefined;
  if (python.unreachable !== undefined) return false;
  return (python.venv && !known.venv) || (python.pip && !known.pip);
}
