import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';
import type { Python } from './pythons.js';
import { makeReadableFolder } from './run-folder.js';

export interface VenvOptions {
  /** What pip installs from the package index, such as `Django>=5`. */
  readonly requirements?: readonly string[];
  /** Packages without any index: import name to version. Each has `__version__` and real metadata. */
  readonly packages?: Readonly<Record<string, string>>;
}

/**
 * A virtual environment that the user of daemons can read. Made once per test run for the same wishes, so do
 * not change it; `makeReadableFolder` and `addPackage` make one that a test may break.
 */
export async function makeVenv(python: Python, options: VenvOptions = {}): Promise<string> {
  const key = Buffer.from(JSON.stringify([python.executable, options])).toString('base64url');
  const root = process.env['VENVHOST_TEST_FOLDER'] ?? makeReadableFolder('venvhost-venvs-');
  const index = join(root, 'venvs');
  mkdirSync(index, { recursive: true, mode: 0o755 });
  const note = join(index, `${key.slice(-120)}.path`);
  if (existsSync(note)) return readFileSync(note, 'utf8');
  const home = join(makeReadableFolder(`venv-${python.version}-`), 'venv');
  await createVenv(python, home, options);
  writeFileSync(note, home);
  return home;
}

/** Makes a virtual environment at `home`, which must not exist. */
export async function createVenv(
  python: Python,
  home: string,
  { requirements = [], packages = {} }: VenvOptions = {},
): Promise<void> {
  const pip = requirements.length > 0;
  await succeed(
    python.executable,
    ['-m', 'venv', ...(pip ? [] : ['--without-pip']), home],
    120_000,
  );
  chmodSync(home, 0o755);
  for (const [name, version] of Object.entries(packages)) addPackage(home, python, name, version);
  if (pip)
    await succeed(
      join(home, 'bin/python'),
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements],
      300_000,
    );
}

/** Puts a package where pip would, with the metadata that importlib.metadata reads. */
export function addPackage(home: string, python: Python, name: string, version: string): void {
  const lib = `python${python.version.split('.').slice(0, 2).join('.')}`;
  const site = join(home, 'lib', lib, 'site-packages');
  const metadata = join(site, `${name}-${version}.dist-info`);
  rmSync(metadata, { recursive: true, force: true });
  mkdirSync(metadata, { recursive: true });
  mkdirSync(join(site, name), { recursive: true });
  writeFileSync(join(site, name, '__init__.py'), `__version__ = '${version}'\n`);
  writeFileSync(
    join(metadata, 'METADATA'),
    `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
  );
}

/**
 * Why packages cannot be installed from the package index here; undefined where they can. Asks pip itself,
 * since it alone knows the index, proxy and certificates that are configured.
 */
export async function whyNoPackageIndex(python: Python): Promise<string | undefined> {
  const venv = await makeVenv(python, {});
  const folder = makeReadableFolder('pip-probe-');
  const pip = await runCommand(python.executable, ['-m', 'pip', '--version'], { deadline: 30_000 });
  if (pip.status !== 0) return `${venv}: ${python.executable} has no pip`;
  const probe = await runCommand(
    python.executable,
    [
      ...['-m', 'pip', 'download', '--quiet', '--no-deps', '--disable-pip-version-check'],
      ...['--retries', '0', '--timeout', '10', '--dest', folder, 'itsdangerous'],
    ],
    { deadline: 60_000 },
  );
  rmSync(folder, { recursive: true, force: true });
  if (probe.status === 0) return undefined;
  const said = probe.output.trim().split('\n').at(-1) ?? '';
  return `packages cannot be installed from PyPI here: ${said.slice(0, 200)}`;
}

async function succeed(program: string, args: readonly string[], deadline: number): Promise<void> {
  const done = await runCommand(program, args, { deadline });
  if (done.status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${done.status}:\n${done.output}`);
}
