import type { PlannedHost } from './hosts.js';
import type { MountPlan, ProcessGroupPlan } from './plan.js';
import { groupOfImport } from './uses.js';

type Preload = ProcessGroupPlan['preload'][number];

/**
 * Scripts that a process imports when it starts, in the order of declaration: every WSGIImportScript of
 * the group, and aliases whose options name both groups without a `%{…}` that only a request can fill.
 */
export function preloads(group: string, hosts: readonly PlannedHost[]): Preload[] {
  const found = hosts.flatMap(({ mounts, stated }) => [
    ...stated.importScripts
      .filter(({ processGroup }) => groupOfImport(processGroup.value) === group)
      .map((one) => ({
        at: one.at,
        preload: { script: one.path, applicationGroup: groupOfImport(one.applicationGroup.value) },
      })),
    ...mounts
      .filter(({ inherited }) => !inherited)
      .flatMap(({ plan, stated: { at } }) =>
        preloadOfMount(plan, group).map((preload) => ({ at, preload })),
      ),
  ]);
  const seen = new Set<string>();
  return found
    .sort((a, b) => (a.at.file === b.at.file ? a.at.line - b.at.line : 0))
    .map(({ preload }) => preload)
    .filter(({ script, applicationGroup }) => {
      const key = JSON.stringify([script, applicationGroup]);
      return !seen.has(key) && seen.add(key);
    });
}

function preloadOfMount({ override, target, url, folder }: MountPlan, group: string): Preload[] {
  const { processGroup, applicationGroup, callable } = override;
  const known = !folder && !(url.kind === 'regex' && target.includes('$'));
  if (!known || processGroup?.kind !== 'literal' || processGroup.name !== group) return [];
  if (applicationGroup?.kind !== 'literal') return [];
  return [
    {
      script: target,
      applicationGroup: applicationGroup.name,
      ...(callable?.kind === 'literal' && { callable: callable.name }),
    },
  ];
}
