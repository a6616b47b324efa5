import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import {
  type Distribution,
  listDistributions,
  normalName,
  requirementsOf,
} from './distributions.js';
import type { Machine } from './machine.js';
import { packageFolders } from './packages.js';
import { pipInstall } from './pip.js';

/**
 * Requirements that an environment with `include-system-site-packages = true` does not have itself and takes
 * from the main installation, in whatever version that has.
 */
export function borrowedPackages(
  named: string,
  root: string,
  basePrefix: string,
  version: string,
  own: readonly Distribution[],
  machine: Machine,
): Diagnostic[] {
  const folders = packageFolders(basePrefix, version, machine);
  if (basePrefix === '/usr') folders.push(...packageFolders('/usr/local', version, machine));
  const system = new Map(
    listDistributions(folders, machine).map((one) => [normalName(one.name), one] as const),
  );
  const have = new Set(own.map(({ name }) => normalName(name)));
  const needed = own.flatMap((one) =>
    requirementsOf(one, machine)
      .filter((name) => !have.has(name) && system.has(name))
      .map((name) => ({ by: one.name, from: system.get(name)! })),
  );
  const [first, ...more] = needed.filter(
    ({ from }, index) => needed.findIndex((other) => other.from === from) === index,
  );
  if (!first) return [];
  const { by, from } = first;
  return [
    diagnostic(
      'system-packages-used',
      `${named} has include-system-site-packages = true, and ${by} uses ${from.name} ${from.version} of the main installation${more.length > 0 ? ` (${more.length} more like it)` : ''}: an upgrade of the system changes it`,
      {
        hint: `install it in the environment: ${pipInstall(`${root}/bin/python`, `--ignore-installed ${[first, ...more].map((one) => one.from.name).join(' ')}`, own)}`,
      },
    ),
  ];
}
