import type { Emit } from '../base/events.js';
import { commandLineFile } from '../base/span.js';
import { isNamed, namedScripts } from '../plan/named-scripts.js';
import type { Plan } from '../plan/plan.js';
import type { Machine } from '../python/machine.js';
import { missingModuleHint } from '../python/missing-module.js';

/** Explanations that are kept, and for how many milliseconds: somebody may ask for a broken script many times a second. */
const most = 100;
const fresh = 5_000;
/** The part of the time that may be spent on looking for the modules of one group: it names them, and owns the folders. */
const share = 0.02;

/**
 * Adds the way out to what runtimes say about modules that were not found, as `check --import` does. Code of an
 * application runs where that is said, so only what the plan gives to its group is looked at.
 */
export function explainImports(
  plan: Plan,
  machine: Pick<Machine, 'look' | 'list'>,
  emit: Emit,
): Emit {
  const kept = new Map<string, { readonly hint: string | undefined; readonly until: number }>();
  /** When the next look for a group may be. */
  const nextLook = new Map<string, number>();
  const now = () => performance.now();
  return (event) => {
    if (event.type !== 'runtime-message' || !event.missing) return emit(event);
    const { missing, processGroup } = event;
    const key = JSON.stringify([processGroup, missing]);
    let known = kept.get(key);
    if (!known || known.until < now()) {
      const since = now();
      if (since < (nextLook.get(processGroup) ?? 0)) return emit(event);
      known = { hint: hintFor(plan, machine, processGroup, missing), until: now() + fresh };
      nextLook.set(processGroup, now() + (now() - since) / share);
      if (kept.size >= most) kept.clear();
      kept.set(key, known);
    }
    const { hint } = known;
    emit(hint === undefined ? event : { ...event, hint });
  };
}

function hintFor(
  plan: Plan,
  machine: Pick<Machine, 'look' | 'list'>,
  processGroup: string,
  { module, script }: { readonly module: string; readonly script: string },
): string | undefined {
  const groups = [...plan.processGroups, ...(plan.embedded ? [plan.embedded] : [])];
  const group = groups.find(({ name }) => name === processGroup);
  const own = isNamed(namedScripts(plan, processGroup), script);
  if (!group || !own || module.length > 200) return undefined;
  const { pythonPath, python, at } = group;
  const { executable } = python;
  const served = at?.file === commandLineFile;
  return missingModuleHint(
    { module, script, processGroup, executable, pythonPath, served },
    machine,
  );
}
