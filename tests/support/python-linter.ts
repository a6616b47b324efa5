import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { pythonsForVenvs } from './pythons.js';
import type { Report } from './report.js';
import { repository } from './run-folder.js';
import { createVenv, whyNoPackageIndex } from './venvs.js';

/** One version for everybody: a newer one may find more. */
const ruff = 'ruff==0.17.6';
/** Kept between runs; git ignores it. */
const home = join(repository, 'tests/.work', ruff);

/** Runs the linter of ruff.toml over the Python half; skipped with the reason where it cannot be had. */
export async function lintPython(report: Report): Promise<void> {
  const reason = await install();
  if (reason !== undefined) return report.skip('ruff', reason);
  const { status, output } = await runCommand(
    join(home, 'bin/ruff'),
    ['check', '--no-cache', '--output-format', 'concise', '.'],
    { cwd: repository, deadline: 60_000 },
  );
  if (status === 0) report.pass('ruff');
  else report.fail('ruff', output);
}

async function install(): Promise<string | undefined> {
  if (existsSync(join(home, 'bin/ruff'))) return undefined;
  const { pythons, reason } = pythonsForVenvs(1);
  const python = pythons[0];
  if (!python) return reason;
  const noIndex = await whyNoPackageIndex(python);
  if (noIndex !== undefined) return noIndex;
  return createVenv(python, home, { requirements: [ruff] }).then(
    () => undefined,
    (error: Error) => `${ruff} cannot be installed: ${error.message}`,
  );
}
