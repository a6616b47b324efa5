import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { didYouMean } from '../base/nearest.js';
import type { Stated } from '../base/span.js';
import type { Config, ProcessGroup } from '../config/config.js';
import { type Account, findGroup, findUser, groupsOf, numberOf } from './accounts.js';
import type { Facts } from './facts.js';
import { ownAccount } from './gateway-account.js';
import type { Identity } from './plan.js';

type Known = Pick<Facts, 'self' | 'accounts' | 'setpriv'>;

/** Who runs what. An identity is absent where nothing is switched: everything runs as ourselves. */
export interface Identities {
  readonly self: Identity;
  /** Of groups that state none. */
  readonly applications?: Identity;
  readonly gateways?: Identity;
  /** By process group; `''` stands for requests without a group. */
  readonly groups: ReadonlyMap<string, Identity | undefined>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Users whom distributions make for web servers; root takes the first that exists when no User is stated. */
const defaultUsers = ['www-data', 'apache', 'nobody'];

/**
 * Looks up `User`, `Group`, `GatewayUser`, `user=`, `group=` and `supplementary-groups=`. As mod_wsgi: a group's
 * user is that of the server unless stated, its group likewise, and the supplementary groups are those of the user.
 */
export function planIdentities(config: Config, known: Known): Identities {
  const diagnostics: Diagnostic[] = [];
  const self = ourselves(known);
  const applications = applicationIdentity(config, known, self, diagnostics);
  const gateways = gatewayIdentity(config, applications, known, self, diagnostics);
  const groups = new Map<string, Identity | undefined>([['', gateways]]);
  for (const group of config.processGroups)
    groups.set(group.name, groupIdentity(group, config, applications, known, self, diagnostics));
  return {
    self,
    ...(applications && { applications }),
    ...(gateways && { gateways }),
    groups,
    diagnostics,
  };
}

function ourselves({ self, accounts }: Known): Identity {
  const account = findUser(accounts, `#${self.uid}`);
  const group = findGroup(accounts, `#${self.gid}`);
  return {
    user: account?.name ?? `#${self.uid}`,
    uid: self.uid,
    group: group?.name ?? `#${self.gid}`,
    gid: self.gid,
    groups: [...new Set([self.gid, ...self.groups])],
    homeDirectory: account?.home ?? '/',
  };
}

function applicationIdentity(
  config: Config,
  known: Known,
  self: Identity,
  diagnostics: Diagnostic[],
): Identity | undefined {
  const { user, group } = config.global;
  if (self.uid !== 0) {
    checkSame(user, group, self, known, diagnostics);
    return undefined;
  }
  if (!known.setpriv)
    diagnostics.push(
      diagnostic('user-switch-unavailable', 'there is no setpriv to switch users with', {
        hint: 'install util-linux, or start venvhost as the user that applications run as',
      }),
    );
  const account = user
    ? lookUpUser(user, known, diagnostics)
    : defaultUser(config, known, diagnostics);
  return account && identityOf(account, group, undefined, known, diagnostics);
}

/** They are in the group of `User` too, and read what it may read. */
function gatewayIdentity(
  config: Config,
  applications: Identity | undefined,
  known: Known,
  self: Identity,
  diagnostics: Diagnostic[],
): Identity | undefined {
  const { gatewayUser, gatewayGroup } = config.global;
  if (self.uid !== 0) {
    checkSame(gatewayUser, gatewayGroup, self, known, diagnostics);
    return undefined;
  }
  const account = gatewayUser
    ? lookUpUser(gatewayUser, known, diagnostics)
    : ownAccount(config, known.accounts);
  if (!account) return gatewayUser ? undefined : applications;
  const identity = identityOf(account, gatewayGroup, undefined, known, diagnostics);
  if (!identity || !applications) return identity;
  return { ...identity, groups: [...new Set([...identity.groups, applications.gid])] };
}

function defaultUser(config: Config, known: Known, diagnostics: Diagnostic[]): Account | undefined {
  const account = defaultUsers
    .map((name) => findUser(known.accounts, name))
    .find((found) => found !== undefined);
  const apart = config.global.gatewayUser ?? ownAccount(config, known.accounts);
  if (account)
    diagnostics.push(
      diagnostic(
        'user-defaulted',
        `no User is stated: ${apart ? '' : 'gateways and '}applications run as ${account.name}`,
        { hint: `write User ${account.name}` },
      ),
    );
  else
    diagnostics.push(
      diagnostic(
        'user-unknown',
        `no User is stated, and this machine has none of ${defaultUsers.join(', ')}`,
        { hint: 'state one with User NAME' },
      ),
    );
  return account;
}

function groupIdentity(
  group: ProcessGroup,
  config: Config,
  applications: Identity | undefined,
  known: Known,
  self: Identity,
  diagnostics: Diagnostic[],
): Identity | undefined {
  const { user, group: own, supplementaryGroups } = group.options;
  if (self.uid !== 0) {
    checkSame(user, own, self, known, diagnostics);
    return undefined;
  }
  if (!user && !own && !supplementaryGroups) return applications;
  const account = user
    ? lookUpUser(user, known, diagnostics)
    : applications && {
        ...applications,
        name: applications.user,
        home: applications.homeDirectory,
      };
  return (
    account &&
    identityOf(account, own ?? config.global.group, supplementaryGroups, known, diagnostics)
  );
}

function identityOf(
  account: Account,
  group: Stated<string> | undefined,
  supplementary: Stated<readonly string[]> | undefined,
  known: Known,
  diagnostics: Diagnostic[],
): Identity | undefined {
  const gid = group ? lookUpGroup(group, known, diagnostics) : account.gid;
  if (gid === undefined) return undefined;
  const more = supplementary?.value.map((value) =>
    lookUpGroup({ value, at: supplementary.at }, known, diagnostics),
  );
  if (more?.includes(undefined)) return undefined;
  return {
    user: account.name,
    uid: account.uid,
    group: findGroup(known.accounts, `#${gid}`)?.name ?? `#${gid}`,
    gid,
    groups: more
      ? [...new Set([gid, ...more.filter((one) => one !== undefined)])]
      : groupsOf(known.accounts, account.name, gid),
    homeDirectory: account.home,
  };
}

function lookUpUser(
  user: Stated<string>,
  { accounts }: Known,
  diagnostics: Diagnostic[],
): Account | undefined {
  const uid = numberOf(user.value);
  const found = findUser(accounts, user.value);
  if (found?.uid === 0 || uid === 0) {
    diagnostics.push(
      diagnostic('user-is-root', `user ${JSON.stringify(user.value)} is root`, {
        at: user.at,
        hint: 'name a user of its own, such as www-data',
      }),
    );
    return undefined;
  }
  if (found) return found;
  // A number needs no account: containers run so.
  if (uid !== undefined) return { name: user.value, uid, gid: uid, home: '/' };
  diagnostics.push(unknown('user', user, accounts.users));
  return undefined;
}

function lookUpGroup(
  group: Stated<string>,
  { accounts }: Known,
  diagnostics: Diagnostic[],
): number | undefined {
  const gid = findGroup(accounts, group.value)?.gid ?? numberOf(group.value);
  if (gid === undefined) diagnostics.push(unknown('group', group, accounts.groups));
  return gid;
}

function unknown(
  what: 'user' | 'group',
  { value, at }: Stated<string>,
  known: readonly { readonly name: string }[],
): Diagnostic {
  const names = known.map((entry) => entry.name);
  return diagnostic('user-unknown', `this machine has no ${what} ${JSON.stringify(value)}`, {
    at,
    hint: value.includes('${')
      ? 'the variable in it has no value, see above'
      : (didYouMean(value, names) ??
        (what === 'user'
          ? `make it: useradd --system ${value}`
          : `make it: groupadd --system ${value}`)),
  });
}

/** Without root only our own user and primary group can be asked for. */
function checkSame(
  user: Stated<string> | undefined,
  group: Stated<string> | undefined,
  self: Identity,
  { accounts }: Known,
  diagnostics: Diagnostic[],
): void {
  const uid = user && (findUser(accounts, user.value)?.uid ?? numberOf(user.value));
  const gid = group && (findGroup(accounts, group.value)?.gid ?? numberOf(group.value));
  if (user && uid !== self.uid) diagnostics.push(needsRoot('user', user, self.user));
  if (group && gid !== self.gid) diagnostics.push(needsRoot('group', group, self.group));
}

function needsRoot(what: string, { value, at }: Stated<string>, self: string): Diagnostic {
  return diagnostic(
    'user-needs-root',
    `cannot switch to ${what} ${JSON.stringify(value)}: venvhost runs as ${JSON.stringify(self)}, not as root`,
    { at, hint: `start it as root, or leave the ${what} out` },
  );
}
