import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../support/command.js';
import { makeEnvironment, NotHere, usualKind, type Wishes } from '../support/environments.js';
import { listFiles } from '../support/files.js';
import { ask } from '../support/http.js';
import { copyInstallation } from '../support/installations.js';
import { once } from '../support/once.js';
import { findPythons, minor, type Python } from '../support/pythons.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { type Server, startVenvhost } from '../support/server.js';
import { addPackage } from '../support/venvs.js';

/** The package that the pages tell the version of; the main installation has this one. */
export const mainFlavour = '3.0';

/** What each script of examples/guide tells as JSON. */
export interface Page {
  readonly script: string;
  readonly version: string;
  readonly prefix: string;
  readonly path: readonly string[];
  readonly process_group: string;
  readonly application_group: string;
  readonly pid: number;
  readonly flavour: string | null;
}

/** A folder of examples/guide with its environments, on one Python, as a person would have copied it. */
export interface Place {
  /** A copy of an installation: daemons reach it, and it has `flavour` in a version of its own. */
  readonly python: Python;
  readonly here: string;
  readonly venvs: string;
  /** Makes `venvs`/name, a link to an environment; gives its path, which is what `sys.prefix` has to be. */
  environment(name: string, wishes?: Partial<Wishes>, python?: Python): Promise<string>;
  /** `venvhost check` of a configuration. */
  check(file: string, defines?: Defines): Promise<{ status: number; output: string }>;
  run(file: string, defines?: Defines): Promise<RunningGuide>;
  /** What `venvhost run` says when it is refused. */
  refused(file: string, defines?: Defines): Promise<string>;
  remove(): void;
}

export interface RunningGuide {
  readonly server: Server;
  page(path: string, host?: string): Promise<Page>;
  status(path: string): Promise<number>;
}

type Defines = Readonly<Record<string, string>>;

/** The Pythons of this machine that the guide is tried on, one per minor version, the oldest first. */
export function guidePythons(): Python[] {
  const all = findPythons().filter((python) => python.supported);
  const only = process.env['VENVHOST_GUIDE_PYTHONS']?.split(',');
  return all
    .filter(
      (python, index) =>
        all.findIndex((other) => minor(other.version) === minor(python.version)) === index,
    )
    .filter((python) => only?.includes(minor(python.version)) ?? true)
    .reverse();
}

export async function makePlace(folder: string, original: Python): Promise<Place> {
  const python = await mainInstallation(original);
  const site = makeReadableFolder('guide-');
  const [here, venvs] = [join(site, folder), join(site, 'venvs')];
  cpSync(join(await reachableRepository(), 'examples/guide', folder), here, { recursive: true });
  mkdirSync(venvs, { mode: 0o755 });
  // What a person does who has the environments elsewhere.
  for (const file of listFiles(here).filter((name) => name.endsWith('.wsgi')))
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('/srv/venvs', venvs));
  const command = (name: string, file: string, defines: Defines = {}) => [
    ...[name, '-f', join(here, file)],
    ...Object.entries({ HERE: here, VENVS: venvs, PORT: '0', ...defines }).flatMap(
      ([key, value]) => ['-D', `${key}=${value}`],
    ),
  ];
  const env = {
    ...process.env,
    PATH: `${join(python.executable, '..')}:${process.env['PATH']}`,
  };
  const call = async (args: readonly string[]) => {
    const program = join(await reachableRepository(), 'bin/venvhost.js');
    return runCommand(process.execPath, [program, ...args], { env, deadline: 30_000 });
  };
  return {
    python,
    here,
    venvs,
    async environment(name, wishes = {}, other = python) {
      const from = other === python ? python : await mainInstallation(other);
      const made = await makeEnvironment(from, { kind: usualKind(from), ...wishes });
      symlinkSync(made, join(venvs, name));
      return join(venvs, name);
    },
    check: (file, defines) => call(command('check', file, defines)),
    async refused(file, defines) {
      const done = await call(command('run', file, defines));
      if (done.status !== 1 || done.output.includes('server-listening'))
        throw new Error(`not refused, but ended with ${done.status}:\n${done.output}`);
      return done.output;
    },
    async run(file, defines) {
      const server = await startVenvhost(command('run', file, defines), { env });
      return { server, ...browser(server) };
    },
    remove: () => rmSync(site, { recursive: true, force: true }),
  };
}

function browser(server: Server): Pick<RunningGuide, 'page' | 'status'> {
  return {
    async page(path, host = 'localhost') {
      const answer = await ask(server.port, path, { host });
      if (answer.status !== 200)
        throw new Error(`${answer.status} for ${path}: ${answer.text}\n${server.output()}`);
      return JSON.parse(answer.text) as Page;
    },
    status: async (path) => (await ask(server.port, path, { host: 'localhost' })).status,
  };
}

/** One copy for each Python and test run, with a package that environments must not see by accident. */
export async function mainInstallation(original: Python): Promise<Python> {
  const python = await copyInstallation(original);
  const root = join(python.executable, '../..');
  await once(`${root}.flavour`, async () => {
    addPackage(root, python, 'flavour', mainFlavour);
    return root;
  });
  return python;
}

/** Skips where there is no such thing: a group without an environment runs the first python3 of PATH. */
export function firstPythonOfPath(python: Python): void {
  if (python.version.startsWith('2.'))
    throw new NotHere('without python-home it is the python3 of PATH, which is no Python 2');
}

/** The newest; for the newest the one before it. */
export function anotherPython({ version }: Python): Python {
  const other = guidePythons().findLast((python) => python.version !== version);
  if (!other) throw new NotHere('needs two versions of Python');
  return other;
}
