import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The first match of a pattern in what a program says; undefined where there is no such program. */
export function versionFrom(argv: readonly string[], pattern: RegExp): string | undefined {
  const [program, ...args] = argv as [string, ...string[]];
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
  return error ? undefined : pattern.exec(`${stdout}\n${stderr}`)?.[1];
}

/** The version of a Python package in a virtual environment. */
export function packageVersion(venv: string, name: string): string | undefined {
  const python = `${venv}/bin/python`;
  if (!existsSync(python)) return undefined;
  const code = `from importlib.metadata import version; print('version', version('${name}'))`;
  return versionFrom([python, '-c', code], /version (\S+)/);
}
