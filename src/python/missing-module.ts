import { dirname, join } from 'node:path';
import { distributionOf } from './known-distributions.js';
import type { Machine } from './machine.js';
import { pipInstall } from './pip.js';

/** A module that an import did not find, and where it was looked for. */
export interface MissingModule {
  /** As Python names it, such as `mysite.settings`. It comes from the application. */
  readonly module: string;
  readonly script: string;
  /** `''` is embedded mode. */
  readonly processGroup: string;
  readonly executable: string;
  readonly pythonPath: readonly string[];
  readonly distributions?: readonly { readonly name: string }[] | undefined;
  /** The process group stands in no file: `venvhost serve` made it of its options. */
  readonly served?: boolean;
}

type Files = Pick<Machine, 'look' | 'list'>;

/**
 * The way out: the folder to name where the module stands near the script, the distribution where it is known
 * for certain which one has the module. A name that is only alike is never advised: somebody else may own it.
 */
export function missingModuleHint(missing: MissingModule, files: Files): string {
  const parts = missing.module.split('.');
  const [top = ''] = parts;
  // It comes from the application, and is to be pasted into a shell.
  if (!parts.every((part) => /^\w+$/.test(part))) return nowhere(missing, 'of this name');
  const folders = searched(missing.script, files);
  const folder = folders.find((one) => foundAt(one, parts, files) !== undefined);
  if (folder !== undefined) return pathHint(folder, missing, files);
  const around = folders.find((one) => foundAt(one, [top], files) !== undefined);
  if (around !== undefined)
    return `${join(around, top)} is there, and has no ${parts.slice(1).join('.')}`;
  const distribution = distributionOf(top);
  return distribution === undefined
    ? nowhere(missing, missing.module)
    : `install what has it: ${pipInstall(missing.executable, distribution, missing.distributions)}`;
}

function nowhere({ executable }: MissingModule, name: string): string {
  return `there is no module ${name}: neither in the environment of ${executable} nor beside the script`;
}

function pathHint(folder: string, missing: MissingModule, files: Files): string {
  const { module, pythonPath, processGroup, served } = missing;
  const found = foundAt(folder, module.split('.'), files);
  if (pythonPath.includes(folder))
    return `${found} is there, and its folder is in the path: see whether its modes and the code in it are right`;
  const whole = [...pythonPath, folder].join(':');
  const value = /\s/.test(whole) ? `"${whole}"` : whole;
  if (served) return `it is ${found}: start with --python-path ${value}`;
  const where =
    processGroup === ''
      ? `WSGIPythonPath ${value}`
      : `python-path=${value} at its WSGIDaemonProcess ${processGroup}`;
  return `it is ${found}: write ${where}`;
}

/** Folders above the script that are looked into. */
const levels = 4;
/** Of each, so many names. */
const mostNames = 200;
/** What stands in the main folder of a project. */
const signs = ['manage.py', 'pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', '.git'];

/**
 * The folder of the script and those above it; of these, where they belong to the script (its own, the one around
 * it, and main folders of projects), the folders in them. Never what stands directly below `/`: there others live.
 */
function searched(script: string, files: Files): string[] {
  const above: string[] = [];
  for (let at = dirname(script); above.length < levels && at !== dirname(at); at = dirname(at))
    above.push(at);
  const own = above.filter(
    (folder, index) =>
      dirname(folder) !== '/' &&
      (index < 2 || signs.some((sign) => files.look(join(folder, sign)) !== 'missing')),
  );
  const inside = own.flatMap((folder) =>
    files
      .list(folder)
      .slice(0, mostNames)
      .filter((name) => !name.startsWith('.'))
      .map((name) => join(folder, name))
      .filter((path) => isFolder(path, files) && !isEnvironment(path, files)),
  );
  return [...new Set([...above, ...inside])];
}

function isEnvironment(folder: string, files: Files): boolean {
  return typeof files.look(join(folder, 'pyvenv.cfg')) === 'object';
}

/** The file of the module, or the folder of the package. */
function foundAt(folder: string, parts: readonly string[], files: Files): string | undefined {
  const path = join(folder, ...parts);
  if (typeof files.look(`${path}.py`) === 'object') return `${path}.py`;
  if (!isFolder(path, files)) return undefined;
  return files
    .list(path)
    .slice(0, mostNames)
    .some((name) => name.endsWith('.py'))
    ? path
    : undefined;
}

function isFolder(path: string, files: Files): boolean {
  const entry = files.look(path);
  if (typeof entry !== 'object') return false;
  return entry.kind === 'folder' || (entry.kind === 'link' && files.list(path).length > 0);
}
