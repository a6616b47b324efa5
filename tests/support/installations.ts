import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runCommand } from './command.js';
import { once, sharedFolder } from './once.js';
import { minor, type Python } from './pythons.js';

/**
 * A Python installation of our own: a copy of one of this machine, made once per test run. The user of daemons
 * can reach it wherever the original lies, and tests may install packages into it.
 */
export async function copyInstallation(python: Python): Promise<Python> {
  const parent = join(sharedFolder(), 'py');
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const root = join(realpathSync(parent), python.version);
  const executable = await once(root, async () => {
    const executable = copyFiles(python, root);
    const asked = await runCommand(executable, ['-E', '-c', 'import sys; print(sys.prefix)'], {
      deadline: 20_000,
      cwd: '/',
    });
    if (asked.stdout.trim() !== root)
      throw new Error(`a copy of ${python.executable} in ${root} does not run: ${asked.output}`);
    return executable;
  });
  const { unreachable: _, ...rest } = python;
  return { ...rest, executable };
}

function copyFiles(python: Python, root: string): string {
  const from = dirname(dirname(python.executable));
  const library = `python${minor(python.version)}`;
  for (const folder of ['bin', 'lib']) mkdirSync(join(root, folder), { recursive: true });
  linkFolder(join(from, 'lib', library), join(root, 'lib', library));
  mkdirSync(join(root, 'lib', library, 'site-packages'));
  // Debian looks here instead.
  symlinkSync('site-packages', join(root, 'lib', library, 'dist-packages'));
  moveBuildSettings(from, root, library);
  const executable = join(root, 'bin', library);
  copyProgram(python.executable, executable, join(from, 'lib'), root);
  for (const name of ['python', `python${python.version[0]}`])
    symlinkSync(library, join(root, 'bin', name));
  return executable;
}

/** What sysconfig tells of folders, such as the one of the shared library. */
function moveBuildSettings(from: string, root: string, library: string): void {
  const folder = join(root, 'lib', library);
  for (const name of readdirSync(folder).filter((one) => /^_sysconfigdata.*\.py$/.test(one))) {
    const text = readFileSync(join(folder, name), 'utf8');
    rmSync(join(folder, name));
    writeFileSync(join(folder, name), text.replaceAll(`'${from}`, `'${root}`));
    rmSync(join(folder, `${name}c`), { force: true });
  }
}

/** An interpreter with a shared library has the place of it written in; ours is to find its own copy. */
function copyProgram(from: string, to: string, libraries: string, root: string): void {
  copyFileSync(from, to);
  chmodSync(to, 0o755);
  const program = readFileSync(to);
  const place = Buffer.from(`${libraries}\0`, 'latin1');
  const at = program.indexOf(place);
  if (at < 0) return;
  const own = Buffer.alloc(place.length);
  const lib = join(root, 'lib');
  // The full path also holds for copies of the program, such as those in environments of Python 2.
  own.write(lib.length < place.length ? lib : '$ORIGIN/../lib', 'latin1');
  own.copy(program, at);
  writeFileSync(to, program);
  const version = minor(basename(root));
  for (const name of [
    `libpython${version}.so.1.0`,
    `libpython${version}m.so.1.0`,
    `libpython${version}.so`,
    `libpython${version}m.so`,
  ])
    if (existsSync(join(libraries, name))) link(join(libraries, name), join(root, 'lib', name));
}

const leftOut = new Set(['site-packages', 'dist-packages', 'test', 'idlelib', 'lib2to3']);

function linkFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (leftOut.has(name)) continue;
    const path = join(from, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) linkFolder(path, join(to, name));
    else if (found?.isFile()) link(path, join(to, name));
  }
}

/** With the time of the original, which compiled modules are recognised by. Programs never write to such files. */
function link(from: string, to: string): void {
  try {
    linkSync(realpathSync(from), to);
  } catch {
    cpSync(from, to, { dereference: true, preserveTimestamps: true });
  }
}
