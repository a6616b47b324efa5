import { type Activation, activationsOf, packagesIn } from '../python/activations.js';
import type { Machine } from '../python/machine.js';
import { walkPath } from '../python/path-walk.js';
import type { ScriptUse } from './script-answers.js';

/** Which environments scripts activate by themselves. */
export interface ActivationFacts {
  /** By path of the script; only those that activate one. */
  readonly scripts: Readonly<Record<string, readonly Activation[]>>;
  /** What is installed in the python-home of the groups that run such scripts, by python-home. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

/** Reads the scripts and looks at the environments that they name. Executes nothing. */
export function activationFacts(
  uses: readonly ScriptUse[],
  homeOf: (group: string) => string | undefined,
  machine: Machine,
): ActivationFacts {
  const scripts: Record<string, readonly Activation[]> = {};
  const packages: Record<string, readonly string[]> = {};
  for (const { group, path } of uses) {
    scripts[path] ??=
      walkPath(path, machine).end === 'file'
        ? activationsOf(machine.read(path) ?? '', machine)
        : [];
    const home = homeOf(group);
    if (scripts[path].length > 0 && home !== undefined)
      packages[home] ??= packagesIn(home, machine);
  }
  return {
    scripts: Object.fromEntries(Object.entries(scripts).filter(([, found]) => found.length > 0)),
    packages,
  };
}
