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
/** Milliseconds that may be spent at once: several scripts may miss something when a site is new. */
const burst = 100;

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
  /** Milliseconds that were spent on a group, less its share of the time since `at`. */
  const spent = new Map<string, { readonly milliseconds: number; readonly at: number }>();
  const now = () => performance.now();
  return (event) => {
    if (event.type !== 'runtime-message' || !event.missing) return emit(event);
    const { missing, processGroup } = event;
    const key = JSON.stringify([processGroup, missing]);
    let known = kept.get(key);
    if (!known || known.until < now()) {
      const since = now();
      const before = spent.get(processGroup) ?? { milliseconds: 0, at: since };
      const owed = Math.max(0, before.milliseconds - share * (since - before.at));
      if (owed >= burst) return emit(event);
      known = { hint: hintFor(plan, machine, processGroup, missing), until: now() + fresh };
      spent.set(processGroup, { milliseconds: owed + now() - since, at: now() });
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
