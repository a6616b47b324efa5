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
  /** By the name of the group. */
  const files = new Map<string, string>();
  const keyOf = (group: ProcessGroupPlan) => {
    const { uid, gid, groups: supplementary } = runAs(group) ?? {};
    const program = walkPath(group.python.executable, machine).at;
    return JSON.stringify([program, uid, gid, supplementary]);
  };
  const kinds = new Map<string, ProcessGroupPlan[]>();
  for (const group of groups.filter(({ broken }) => !broken)) {
    const key = keyOf(group);
    kinds.set(key, [...(kinds.get(key) ?? []), group]);
  }
  const chosen = [...kinds.values()].filter(
    (alike) => kinds.size <= atOnce || processesOf(alike) >= worthwhile,
  );
  const compile = async (alike: readonly ProcessGroupPlan[], path: string) => {
    const first = alike[0] as ProcessGroupPlan;
    const { executable } = first.python;
    const packed = await packRuntime(executable, runAs(first), packMain, machine, setpriv);
    if (packed && isWritten(path, packed)) for (const { name } of alike) files.set(name, path);
  };
  await Promise.all(
    chosen.map((alike, index) => turn(() => compile(alike, join(folder, `runtime${index}`)))),
  );
  return ({ name }) => files.get(name);
}

function processesOf(groups: readonly ProcessGroupPlan[]): number {
  return groups.reduce((sum, { processes }) => sum + processes, 0);
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
