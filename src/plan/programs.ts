import { asIdentity } from '../base/as-identity.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Machine } from '../python/machine.js';
import { firstClosed, orOpen, walkPath } from '../python/path-walk.js';
import type { ClosedProgram } from './facts.js';
import type { Identities } from './identities.js';
import type { Identity } from './plan.js';

/**
 * Gateways are Node and daemons load our runtime, both as users who may not reach where venvhost was
 * installed (a Node of nvm under /root). Mode bits raise the suspicion, the user's own look confirms it,
 * because access control lists may say otherwise.
 */
export async function closedPrograms(
  machine: Machine,
  identities: Identities,
  setpriv: string | undefined,
): Promise<ClosedProgram[]> {
  if (setpriv === undefined) return [];
  const users = new Map<number, Identity>();
  for (const identity of [identities.gateways, ...identities.groups.values()])
    if (identity) users.set(identity.uid, identity);
  const suspects = [...users.values()].flatMap((identity) =>
    machine.programs.flatMap((path) => {
      const folder = firstClosed(walkPath(path, machine), identity);
      return folder ? [{ path, folder, identity }] : [];
    }),
  );
  const confirmed = await Promise.all(
    suspects.map(async ({ path, folder, identity }) => {
      const argv = asIdentity(identity, ['/usr/bin/test', '-r', path], setpriv);
      const ran = await machine.run(argv, { environment: {}, seconds: 5 });
      return ran.status === 0 ? [] : [{ path, folder, user: identity.user }];
    }),
  );
  return confirmed.flat();
}

/** Nothing can run as such a user: errors of the whole server. One for each user. */
export function checkPrograms(closed: readonly ClosedProgram[]): Diagnostic[] {
  return closed
    .filter(({ user }, index) => closed.findIndex((other) => other.user === user) === index)
    .map(({ path, user, folder }) =>
      diagnostic(
        'program-unreachable',
        `user ${JSON.stringify(user)} cannot enter ${folder.path} (mode ${folder.mode.toString(8).padStart(4, '0')}) to read ${path}, a part of venvhost`,
        {
          hint: `install Node and venvhost where everybody can read them, for example under /opt${orOpen(folder)}`,
        },
      ),
    );
}
