import type { Boot } from '../protocol/control.js';
import { groupChoices } from './group-choices.js';
import type { MountPlan, Plan } from './plan.js';

export type NamedScripts = Pick<Boot, 'scripts' | 'script_beginnings'>;

/**
 * What a process group may run: script files, folders with all that is below, and how paths begin whose end a
 * request tells. Whoever else gets a path to a daemon has it refused there.
 */
export function namedScripts(plan: Plan, processGroup: string): NamedScripts {
  const group =
    processGroup === ''
      ? plan.embedded
      : plan.processGroups.find(({ name }) => name === processGroup);
  const mounts = plan.hosts.flatMap((host) =>
    host.mounts.filter((mount) =>
      groupChoices(host, mount, 'processGroup').some(
        // What only a request tells can be any group.
        ({ name }) => name.kind !== 'literal' || name.name === processGroup,
      ),
    ),
  );
  const open = mounts.filter(isOpen);
  const closed = mounts.filter((mount) => !isOpen(mount));
  return {
    scripts: once([
      ...closed.map(({ target }) => target.replace(/\/+$/, '') || '/'),
      ...(group?.preload ?? []).map(({ script }) => script),
    ]),
    script_beginnings: once(open.map(({ target }) => target.replace(/\\?\$.*$/s, ''))),
  };
}

/** As `Scripts` in runtime/venvhost_runtime/scripts.py, which refuses all other paths. */
export function isNamed({ scripts, script_beginnings }: NamedScripts, path: string): boolean {
  if (path.split('/').includes('..')) return false;
  const above = `${path}/`;
  return (
    script_beginnings.some((begin) => path.startsWith(begin) || begin.startsWith(above)) ||
    scripts.some(
      (own) =>
        path === own ||
        path.startsWith(own === '/' ? own : `${own}/`) ||
        // What stands below a file is path information.
        own.startsWith(above),
    )
  );
}

/** Whether what the URL pattern leaves of a path is appended to the target as it is, without a slash between. */
function isOpen({ url, target }: MountPlan): boolean {
  if (url.kind === 'regex') return true;
  return /[^/]\/+$/.test(url.prefix) && !target.endsWith('/');
}

function once(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
