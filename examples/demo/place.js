import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Who the server's processes will run as: undefined without root, which means ourselves. */
export function daemonUser() {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of ['www-data', 'apache', 'nobody']) {
    const fields = lines.map((line) => line.split(':')).find(([name]) => name === wanted);
    if (fields) return { name: wanted, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}

/**
 * Where the demo works: beside itself, or, when the user of the processes cannot come there (a clone below
 * root's home folder), in a copy in the folder for temporary files.
 */
export function findPlace(user) {
  const demo = join(repository, 'examples/demo');
  if (!user || canEnter(user, demo)) {
    const work = join(demo, '.work');
    mkdirSync(work, { recursive: true, mode: 0o755 });
    return { root: repository, demo, work };
  }
  const folder = privateFolder(user);
  const root = join(folder, 'venvhost');
  copyProgram(root);
  const reason = `user "${user.name}" cannot enter ${repository}`;
  return { root, demo: join(root, 'examples/demo'), work: folder, reason };
}

export function canEnter(user, path) {
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return spawnSync('setpriv', [...identity, '/bin/sh', '-c', 'test -r "$0"', path]).status === 0;
}

/** The same one at each start, unless somebody else has made a folder of that name. */
function privateFolder(user) {
  const folder = join(tmpdir(), `venvhost-demo-${process.getuid()}`);
  try {
    mkdirSync(folder, { mode: 0o755 });
  } catch {
    const found = lstatSync(folder);
    const ours =
      found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0;
    if (ours && canEnter(user, folder)) return folder;
  }
  if (canEnter(user, folder) && lstatSync(folder).uid === process.getuid()) return folder;
  const other = mkdtempSync(join(tmpdir(), 'venvhost-demo-'));
  chmodSync(other, 0o755);
  return other;
}

/** What a user of the npm package would have: the program and the packages that it needs at run time. */
export function copyProgram(root) {
  rmSync(root, { recursive: true, force: true });
  for (const part of ['bin', 'dist/src', 'runtime', 'package.json'])
    cpSync(join(repository, part), join(root, part), { recursive: true });
  cpSync(join(repository, 'examples/demo'), join(root, 'examples/demo'), {
    recursive: true,
    filter: (path) => !path.endsWith('.work'),
  });
  for (const name of runtimePackages())
    cpSync(join(repository, 'node_modules', name), join(root, 'node_modules', name), {
      recursive: true,
    });
}

function runtimePackages() {
  const names = new Set();
  const add = (manifest) => {
    const wanted = { ...manifest.dependencies, ...manifest.optionalDependencies };
    for (const name of Object.keys(wanted)) {
      const path = join(repository, 'node_modules', name, 'package.json');
      if (names.has(name) || !existsSync(path)) continue;
      names.add(name);
      add(JSON.parse(readFileSync(path, 'utf8')));
    }
  };
  add(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')));
  return names;
}
