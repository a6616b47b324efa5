import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from '../../src/python/installed.js';
import { runCommand } from './command.js';
import { once, sharedFolder } from './once.js';
import { findPythons, type Python } from './pythons.js';
import { addPackage, whyNoPackageIndex } from './venvs.js';

/** What can make a virtual environment. */
export type Kind = 'venv' | 'virtualenv' | 'virtualenvwrapper';

export const kinds: readonly Kind[] = ['venv', 'virtualenv', 'virtualenvwrapper'];

export interface Wishes {
  readonly kind: Kind;
  /** Import name to version. */
  readonly packages?: Readonly<Record<string, string>>;
}

/** Something is missing on this machine: a test that needs it is skipped with this reason. */
export class NotHere extends Error {}

/** A virtual environment of a kind, made once per test run: do not change it. Without pip. */
export async function makeEnvironment(
  python: Python,
  { kind, packages = {} }: Wishes,
): Promise<string> {
  const folder = join(sharedFolder(), 'environments');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const wanted = Object.entries(packages).map(([name, version]) => `${name}-${version}`);
  const home = join(folder, [kind, python.version, ...wanted].join('-'));
  const make = await maker(kind, python);
  return once(home, async () => {
    await make(home);
    for (const [name, version] of Object.entries(packages)) addPackage(home, python, name, version);
    return home;
  });
}

/** The kind that an environment for this Python is made by where it does not matter. */
export function usualKind(python: Python): Kind {
  return python.venv ? 'venv' : 'virtualenv';
}

async function maker(kind: Kind, python: Python): Promise<(home: string) => Promise<void>> {
  if (kind === 'venv') {
    if (!python.venv) throw new NotHere(`Python ${python.version} has no venv module`);
    return (home) => succeed(python.executable, ['-m', 'venv', '--without-pip', home]);
  }
  const tool = await virtualenvFor(python);
  const data = ['--app-data', join(sharedFolder(), 'virtualenv-data')];
  if (kind === 'virtualenv')
    return (home) =>
      succeed(join(tool, 'bin/virtualenv'), [
        ...['--quiet', '--without-pip', ...data, '-p', python.executable, home],
      ]);
  return (home) => mkvirtualenv(tool, home, python);
}

/** virtualenvwrapper is a set of shell functions. */
async function mkvirtualenv(tool: string, home: string, python: Python): Promise<void> {
  const script = [
    `source "${tool}/bin/virtualenvwrapper.sh"`,
    `mkvirtualenv --without-pip -p "${python.executable}" "${home.split('/').at(-1)}"`,
  ].join(' && ');
  const folder = join(home, '..');
  await succeed('bash', ['--noprofile', '--norc', '-c', script], {
    ...process.env,
    HOME: folder,
    WORKON_HOME: folder,
    VIRTUALENV_OVERRIDE_APP_DATA: join(sharedFolder(), 'virtualenv-data'),
    VIRTUALENVWRAPPER_PYTHON: join(tool, 'bin/python'),
    VIRTUALENVWRAPPER_VIRTUALENV: join(tool, 'bin/virtualenv'),
  });
}

/** The last release that makes environments for Pythons before 3.8, 2.7 among them. */
const oldRelease = { requirement: 'virtualenv==20.21.1', newestPython: '3.11.99' };
const currentRelease = { requirement: 'virtualenv', newestPython: '3.99' };

/** An environment that has virtualenv and virtualenvwrapper, in a release that knows `python`. */
async function virtualenvFor(python: Python): Promise<string> {
  const release = compareVersions(python.version, '3.8') < 0 ? oldRelease : currentRelease;
  const folder = join(sharedFolder(), 'tools');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const home = join(folder, release.requirement);
  const said = await once(home, async () => {
    const host = findPythons().find(
      (one) => one.venv && one.pip && compareVersions(one.version, release.newestPython) < 0,
    );
    if (!host) return `not here: no Python before ${release.newestPython} that has pip`;
    const noIndex = await whyNoPackageIndex(host);
    if (noIndex !== undefined) return `not here: ${noIndex}`;
    await succeed(host.executable, ['-m', 'venv', home]);
    await succeed(join(home, 'bin/python'), [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
      ...[release.requirement, 'virtualenvwrapper', 'setuptools<81'],
    ]);
    return home;
  });
  if (said.startsWith('not here: ')) throw new NotHere(said.slice('not here: '.length));
  return said;
}

export async function succeed(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const done = await runCommand(program, args, { deadline: 180_000, cwd: '/', env });
  if (done.status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${done.status}:\n${done.output}`);
}
