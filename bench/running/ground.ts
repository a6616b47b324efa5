import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folders of one run. */
export interface Ground {
  /** Everything that a run writes; removed at its end. Readable for other users. */
  readonly folder: string;
  /** Copies of the application files. */
  readonly apps: string;
  readonly venv: string;
}

/** The root of the repository, seen from dist/bench/running. */
export const repository = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** Where bench/setup puts what it installs. */
export const home = process.env['VENVHOST_BENCH_HOME'] ?? '/var/tmp/venvhost-bench';

export function prepareGround(): Ground {
  const venv = join(home, 'venv');
  if (!existsSync(join(venv, 'bin/python')))
    throw new Error(`there is no virtual environment ${venv}; run "npm run bench:setup"`);
  // Short, because the path of a Unix socket may have 107 bytes at most.
  const folder = mkdtempSync(join(tmpdir(), 'vhb-'));
  chmodSync(folder, 0o755);
  const apps = join(folder, 'apps');
  cpSync(join(repository, 'bench/apps'), apps, {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
  return { folder, apps, venv };
}

export function removeGround({ folder }: Ground): void {
  rmSync(folder, { recursive: true, force: true });
}
