import { basename, dirname, join } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { nearest } from '../base/nearest.js';
import type { Machine } from './machine.js';
import { walkPath } from './path-walk.js';

/** Where a home was stated: it decides how the line to write looks. */
export type HomeSetting = 'python-home' | 'WSGIPythonHome' | '--venv';

type Files = Pick<Machine, 'look' | 'target' | 'list'>;

/**
 * The interpreter of a virtual environment or installation, found by looking at files alone, or what is
 * wrong with the path. Guesses what was meant; every finding has a line to write or a command to run.
 */
export function interpreterOfHome(
  home: string,
  setting: HomeSetting,
  files: Files,
): { executable: string } | { finding: Diagnostic } {
  const line = (root: string) =>
    setting === 'python-home' ? `python-home=${root}` : `${setting} ${root}`;
  const named = `${setting} ${JSON.stringify(home)}`;
  const { end } = walkPath(home, files);
  // What we may not look at, the daemon may not either; the interpreter is asked for, and then it shows.
  if (end === 'denied') return { executable: join(home, 'bin/python') };
  const outer = rootAround(home, files);
  if (end === 'file' || (end === 'missing' && isInterpreterName(home)))
    return { finding: notAFolder(home, named, line, outer) };
  if (end === 'missing') return { finding: missing(home, named, line, files) };
  if (end !== 'folder')
    return {
      finding: diagnostic('home-not-a-folder', `${named} is neither a folder nor a file`),
    };
  const executable = interpreterIn(home, files);
  if (executable) return { executable };
  if (outer !== undefined)
    return {
      finding: diagnostic(
        'home-not-root',
        `${named} is a folder inside of ${outer}, not the root`,
        {
          hint: `write ${line(outer)}`,
        },
      ),
    };
  return { finding: nothingInside(home, named, line, files) };
}

/** `bin/python`, or for an installation `bin/python3`; dangling links count, they are explained later. */
function interpreterIn(home: string, files: Files): string | undefined {
  return ['python', 'python3']
    .map((name) => join(home, 'bin', name))
    .find((path) => {
      const entry = files.look(path);
      return typeof entry === 'string' ? entry === 'denied' : entry.kind !== 'folder';
    });
}

function isEnvironment(folder: string, files: Files): boolean {
  return (
    typeof files.look(join(folder, 'pyvenv.cfg')) !== 'string' ||
    interpreterIn(folder, files) !== undefined
  );
}

function isInterpreterName(path: string): boolean {
  return /^(python|pypy)[\d.]*$/.test(basename(path)) && basename(dirname(path)) === 'bin';
}

/** The environment that `path` is a part of: what stands before `/bin`, `/lib`, `/lib64` or `/include`. */
function rootAround(path: string, files: Files): string | undefined {
  const root = /^(.+?)\/(?:bin|lib|lib64|include)(?:\/|$)/.exec(path)?.[1];
  return root !== undefined && isEnvironment(root, files) ? root : undefined;
}

function notAFolder(
  home: string,
  named: string,
  line: (root: string) => string,
  outer: string | undefined,
): Diagnostic {
  if (isInterpreterName(home)) {
    const root = dirname(dirname(home));
    return diagnostic('home-is-executable', `${named} is the interpreter, not the root`, {
      hint: `write ${line(root)}`,
    });
  }
  return diagnostic('home-not-a-folder', `${named} is a file`, {
    hint: outer
      ? `write ${line(outer)}`
      : 'name the root of the virtual environment: what `python -c "import sys; print(sys.prefix)"` prints in it',
  });
}

function missing(
  home: string,
  named: string,
  line: (root: string) => string,
  files: Files,
): Diagnostic {
  const parent = dirname(home);
  if (walkPath(parent, files).end !== 'folder')
    return diagnostic(
      'home-missing',
      `${named} does not exist: there is no ${firstMissing(parent, files)}`,
      { hint: `make it: ${makeCommand(home)}` },
    );
  const environments = environmentsIn(parent, files);
  const near = nearest(
    basename(home),
    files.list(parent).filter((name) => !name.startsWith('.') || environments.includes(name)),
  );
  const nearEnvironments = near.filter((name) => environments.includes(name));
  const meant = (nearEnvironments.length > 0 ? nearEnvironments : environments).map((name) =>
    line(join(parent, name)),
  );
  return diagnostic(
    'home-missing',
    `${named} does not exist${near.length > 0 ? `: ${parent} has ${near.map((name) => JSON.stringify(name)).join(', ')}` : ''}`,
    {
      hint:
        meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : `make it: ${makeCommand(home)}`,
    },
  );
}

function firstMissing(path: string, files: Files): string {
  let missing = path;
  while (missing !== '/' && walkPath(dirname(missing), files).end === 'missing')
    missing = dirname(missing);
  return missing;
}

function nothingInside(
  home: string,
  named: string,
  line: (root: string) => string,
  files: Files,
): Diagnostic {
  const inside = environmentsIn(home, files);
  if (inside.length > 0)
    return diagnostic(
      'home-not-root',
      `${named} is a folder that has the virtual environment ${JSON.stringify(inside[0])} in it`,
      { hint: `write ${inside.map((name) => line(join(home, name))).join(' or ')}` },
    );
  return diagnostic('interpreter-missing', `${named} has no bin/python`, {
    hint: `make a virtual environment there: ${makeCommand(home)}`,
  });
}

/** Names of virtual environments directly in a folder, the usual ones first. */
function environmentsIn(folder: string, files: Files): string[] {
  const usual = ['venv', '.venv', 'env', '.env', 'virtualenv'];
  const found = files
    .list(folder)
    .filter((name) => typeof files.look(join(folder, name, 'pyvenv.cfg')) !== 'string');
  const rank = (name: string) => (usual.indexOf(name) + usual.length + 1) % (usual.length + 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).slice(0, 3);
}

/** The command that makes a virtual environment. */
export function makeCommand(
  home: string,
  { python = 'python3', clear = false }: { python?: string; clear?: boolean } = {},
): string {
  const quoted = /^[\w./-]+$/.test(home) ? home : `'${home}'`;
  return `${python} -m venv ${clear ? '--clear ' : ''}${quoted}`;
}
