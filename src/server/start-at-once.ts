import { groupChoices } from '../plan/group-choices.js';
import type { HostPlan, MountPlan, Plan } from '../plan/plan.js';
import type { Wanted } from '../supervisor/supervisor.js';

/**
 * The processes that are sure to be needed, as far as names do not depend on a request: those of preloaded
 * scripts, and every literal process group and application group that a mount can get. A pair too many
 * costs an idle process, one too few a slower first request.
 */
export function startAtOnce(plan: Plan): Wanted[] {
  const wanted = new Map<string, Wanted>();
  const add = (processGroup: string, applicationGroup: string) => {
    // Embedded mode has no processes of its own.
    if (processGroup === '') return;
    const key = JSON.stringify([processGroup, applicationGroup]);
    wanted.set(key, { processGroup, applicationGroup });
  };

  for (const group of plan.processGroups)
    for (const { applicationGroup } of group.preload) add(group.name, applicationGroup);
  for (const host of plan.hosts)
    for (const mount of host.mounts)
      for (const processGroup of literals(host, mount, 'processGroup'))
        for (const applicationGroup of literals(host, mount, 'applicationGroup'))
          add(processGroup, applicationGroup);
  return [...wanted.values()];
}

function literals(
  host: HostPlan,
  mount: MountPlan,
  key: 'processGroup' | 'applicationGroup',
): string[] {
  return groupChoices(host, mount, key).flatMap(({ name }) =>
    name.kind === 'literal' ? [name.name] : [],
  );
}
