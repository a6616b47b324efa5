import { dirname } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Alias } from '../config/config.js';
import type { PlannedHost } from './hosts.js';
import { type MountTarget, sectionApplies } from './section-match.js';

/** Scripts and folders that no Require says anything about: every request for them gets 403. */
export function checkAccess(hosts: readonly PlannedHost[]): Diagnostic[] {
  const said = new Set<string>();
  return hosts.flatMap((host) =>
    [...host.files, ...host.mounts]
      .filter(({ plan }) => !isStated(host, plan))
      .map(({ plan, stated }) => ({ stated, folder: folderOf(plan) }))
      .filter(({ stated: { at }, folder }) => {
        const key = `${folder} ${at.file}:${at.line}`;
        return !said.has(key) && said.add(key);
      })
      .map(({ stated, folder }) => denied(stated, folder)),
  );
}

function isStated(host: PlannedHost, target: MountTarget): boolean {
  if (host.plan.settings.access.kind !== 'denied' || host.stated.settings.require) return true;
  return host.sections.some(
    ({ plan }) => plan.settings.access && sectionApplies(plan, target) !== 'never',
  );
}

function folderOf({ target, folder, url }: MountTarget): string {
  const known = url.kind === 'regex' ? target.replace(/\$.*$/s, '') : target;
  const path =
    folder || known !== target ? known.replace(/[^/]+$/, (name) => name) : dirname(known);
  return path.replace(/(.)\/+$/, '$1');
}

function denied({ at, target }: Alias, folder: string): Diagnostic {
  return diagnostic(
    'access-denied-by-default',
    `every request for ${target} gets 403: no Require opens ${folder}`,
    {
      at,
      hint: `add\n<Directory ${/\s/.test(folder) ? `"${folder}"` : folder}>\n    Require all granted\n</Directory>`,
    },
  );
}
