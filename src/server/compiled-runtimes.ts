import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSetpriv, type RunAs } from '../base/as-identity.js';
import type { ProcessGroupPlan } from '../plan/plan.js';
import { turnTaker } from '../python/ask.js';
import type { Machine } from '../python/machine.js';
import { packRuntime } from '../python/pack-runtime.js';
import { walkPath } from '../python/path-walk.js';
import { packMain } from './package-files.js';

export interface CompileOptions {
  /** Gets the files; only we can enter it and write there. */
  readonly folder: string;
  readonly machine: Machine;
  readonly runAs: (group: ProcessGroupPlan) => RunAs | undefined;
}

/** Interpreters that compile at the same time. So many kinds are always compiled: nobody notices the wait. */
const atOnce = 4;
/** Of more kinds, those are that have so many processes: for fewer it takes longer than they save. */
const worthwhile = 4;

/**
 * Has the runtime compiled once for each interpreter and each user, which spares every daemon most of its
 * start. What one user's interpreter has compiled is never given to daemons of another. Never rejects: daemons
 * start without it, only slower.
 */
export async function compileRuntimes(
  groups: readonly ProcessGroupPlan[],
  { folder, machine, runAs }: CompileOptions,
): Promise<(group: ProcessGroupPlan) => string | undefined> {
  const setpriv = findSetpriv((path) => typeof machine.look(path) !== 'string');
  const turn = turnTaker(atOnce);
  const files = new Map<string, string>();
  const keyOf = (group: ProcessGroupPlan) => {
    const { uid, gid, groups: supplementary } = runAs(group) ?? {};
    const program = walkPath(group.python.executable, machine).at;
    return JSON.stringify([program, uid, gid, supplementary]);
  };
  const kinds = new Map<string, { readonly group: ProcessGroupPlan; processes: number }>();
  for (const group of groups.filter(({ broken }) => !broken)) {
    const kind = kinds.get(keyOf(group)) ?? { group, processes: 0 };
    kind.processes += group.processes;
    kinds.set(keyOf(group), kind);
  }
  const chosen = [...kinds].filter(
    ([, { processes }]) => kinds.size <= atOnce || processes >= worthwhile,
  );
  const compile = async (key: string, group: ProcessGroupPlan, path: string) => {
    const { executable } = group.python;
    const packed = await packRuntime(executable, runAs(group), packMain, machine, setpriv);
    if (packed && isWritten(path, packed)) files.set(key, path);
  };
  await Promise.all(
    chosen.map(([key, { group }], index) =>
      turn(() => compile(key, group, join(folder, `runtime${index}`))),
    ),
  );
  return (group) => files.get(keyOf(group));
}

/** Not on a full disk, for example. */
function isWritten(path: string, data: Buffer): boolean {
  try {
    writeFileSync(path, data, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
