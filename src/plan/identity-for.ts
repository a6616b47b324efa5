import { findSetpriv } from '../base/as-identity.js';
import type { Diagnostic } from '../base/diagnostic.js';
import { commandLineFile } from '../base/span.js';
import { emptyHost } from '../config/host.js';
import type { Machine } from '../python/machine.js';
import { type Accounts, readAccounts } from './accounts.js';
import { planIdentities } from './identities.js';
import type { Identity } from './plan.js';

export interface IdentityFor {
  /** Absent: as ourselves. */
  readonly identity?: Identity;
  readonly setpriv?: string;
  readonly accounts: Accounts;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whom interpreters are asked as: a user by name, else the one that a configuration without User gets. */
export async function identityFor(
  user: string | undefined,
  machine: Machine,
): Promise<IdentityFor> {
  const setpriv = findSetpriv((path) => typeof machine.look(path) !== 'string');
  const accounts = await readAccounts(machine, {
    users: [`#${machine.self.uid}`, ...(user === undefined ? [] : [user])],
    groups: [`#${machine.self.gid}`],
  });
  const text = `venvhost venv --user ${user}`;
  const at = { file: commandLineFile, line: 1, column: 15, endColumn: text.length + 1, text };
  const { applications, diagnostics } = planIdentities(
    {
      global: { listen: [], ...(user !== undefined && { user: { value: user, at } }) },
      main: emptyHost(),
      virtualHosts: [],
      processGroups: [],
    },
    { self: machine.self, accounts, ...(setpriv !== undefined && { setpriv }) },
  );
  return {
    ...(applications && { identity: applications }),
    ...(setpriv !== undefined && { setpriv }),
    accounts,
    diagnostics: diagnostics.filter(({ severity }) => severity === 'error'),
  };
}
