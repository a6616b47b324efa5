import { findSetpriv } from '../base/as-identity.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { ProcessGroupPlan } from '../plan/plan.js';
import { inspectPython, inspectTools } from '../python/inspect.js';
import type { Machine } from '../python/machine.js';

/**
 * Why the daemons of a process group do not start, by the findings of `check`: an environment that was sound
 * at the start may have been removed, upgraded or closed since. Nothing where nothing is wrong with it.
 */
export async function diagnoseGroup(
  { python: { home }, identity }: ProcessGroupPlan,
  machine: Machine,
): Promise<Diagnostic | undefined> {
  if (machine.self.uid === 0 && !identity) return undefined;
  const setpriv = findSetpriv((path) => typeof machine.look(path) !== 'string');
  const who = machine.self.uid === 0 ? identity : undefined;
  const { findings } = await inspectPython(
    { ...(home !== undefined && { home }), ...(who && { who }) },
    inspectTools(machine, setpriv),
  );
  return findings.find(({ severity }) => severity === 'error');
}
