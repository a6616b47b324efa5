import { groupChoices } from './group-choices.js';
import type { MountPlan, Plan } from './plan.js';

/**
 * What a process group may run: script files, and folders with all that is below. Whoever else gets a path to a
 * daemon has it refused there.
 */
export function namedScripts(plan: Plan, processGroup: string): string[] {
  const group =
    processGroup === ''
      ? plan.embedded
      : plan.processGroups.find(({ name }) => name === processGroup);
  const mounted = plan.hosts.flatMap((host) =>
    host.mounts
      .filter((mount) =>
        groupChoices(host, mount, 'processGroup').some(
          // What only a request tells can be any group.
          ({ name }) => name.kind !== 'literal' || name.name === processGroup,
        ),
      )
      .map(fixedPart),
  );
  return [...new Set([...mounted, ...(group?.preload ?? []).map(({ script }) => script)])];
}

/** The target, or the folder that its first `$1` stands in. */
function fixedPart({ target, url }: MountPlan): string {
  const from = url.kind === 'regex' ? target.search(/\\?\$/) : -1;
  const fixed = from < 0 ? target : target.slice(0, from).replace(/[^/]*$/, '');
  return fixed.replace(/\/+$/, '') || '/';
}
