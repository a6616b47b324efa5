import { sectionApplies } from '../rules/section-applies.js';
import type { GroupName, HostPlan, MountPlan, SectionPlan } from './plan.js';

/** A name that requests of a mount can get, and the section that gives it. */
export interface GroupChoice {
  readonly name: GroupName;
  readonly from: 'alias' | 'host' | SectionPlan;
}

/** All names that requests of a mount can get for one kind of group; the last is the usual one. */
export function groupChoices(
  host: Pick<HostPlan, 'settings' | 'sections'>,
  mount: MountPlan,
  key: 'processGroup' | 'applicationGroup' | 'callable',
): GroupChoice[] {
  const own = mount.override[key];
  if (own) return [{ name: own, from: 'alias' }];
  let choices: GroupChoice[] = [{ name: host.settings[key], from: 'host' }];
  for (const section of host.sections) {
    const name = section.settings[key];
    if (!name) continue;
    const applies = sectionApplies(section, mount);
    if (applies === 'always') choices = [{ name, from: section }];
    if (applies === 'maybe') choices = [{ name, from: section }, ...choices];
  }
  return choices;
}
