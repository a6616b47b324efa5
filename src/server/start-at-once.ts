import type { GroupName, HostPlan, MountPlan, Plan, RequestSettings } from '../plan/plan.js';
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

type Named = 'processGroup' | 'applicationGroup';

function literals(host: HostPlan, mount: MountPlan, key: Named): string[] {
  const own = mount.override[key];
  const possible: (GroupName | undefined)[] = own
    ? [own]
    : [host.settings[key], ...host.sections.map((section) => fromSection(section.settings, key))];
  return possible.flatMap((name) => (name?.kind === 'literal' ? [name.name] : []));
}

function fromSection(settings: Partial<RequestSettings>, key: Named): GroupName | undefined {
  return settings[key];
}
