import type { Machine } from '../python/machine.js';

/** A line of passwd(5). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A line of group(5). */
export interface AccountGroup {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** Users and groups of the machine. Lookups on it are pure. */
export interface Accounts {
  readonly users: readonly Account[];
  readonly groups: readonly AccountGroup[];
}

/**
 * Reads /etc/passwd and /etc/group; names that are in neither are asked of `getent`, which also knows
 * LDAP, sssd and systemd's users.
 */
export async function readAccounts(
  machine: Machine,
  names: { readonly users: readonly string[]; readonly groups: readonly string[] },
): Promise<Accounts> {
  const local: Accounts = {
    users: parsePasswd(machine.read('/etc/passwd') ?? ''),
    groups: parseGroup(machine.read('/etc/group') ?? ''),
  };
  const [users, groups] = await Promise.all([
    Promise.all(
      names.users.filter((name) => !findUser(local, name)).map((name) => askForUser(name, machine)),
    ),
    Promise.all(
      names.groups
        .filter((name) => !findGroup(local, name))
        .map(async (name) => parseGroup(await getent('group', name, machine))),
    ),
  ]);
  return {
    users: [...local.users, ...users.flatMap((asked) => asked.users)],
    groups: [...local.groups, ...users.flatMap((asked) => asked.groups), ...groups.flat()],
  };
}

/** By name, or by number as `#1000`. */
export function findUser(accounts: Accounts, text: string): Account | undefined {
  const uid = numberOf(text);
  return accounts.users.find((user) => (uid === undefined ? user.name === text : user.uid === uid));
}

/** By name, or by number as `#1000`. */
export function findGroup(accounts: Accounts, text: string): AccountGroup | undefined {
  const gid = numberOf(text);
  return accounts.groups.find((group) =>
    gid === undefined ? group.name === text : group.gid === gid,
  );
}

/** The number of `#1000`. */
export function numberOf(text: string): number | undefined {
  return /^#\d+$/.test(text) ? Number(text.slice(1)) : undefined;
}

/** As initgroups(3): `gid` and every group that has the user as a member. */
export function groupsOf(accounts: Accounts, user: string, gid: number): number[] {
  const member = accounts.groups.filter((group) => group.members.includes(user));
  return [...new Set([gid, ...member.map((group) => group.gid)])];
}

/** A user who is not in the local files, and the groups that the user is a member of. */
async function askForUser(name: string, machine: Machine): Promise<Accounts> {
  const users = parsePasswd(await getent('passwd', name, machine));
  const [user] = users;
  if (!user) return { users, groups: [] };
  const [, ...gids] = (await getent('initgroups', user.name, machine)).trim().split(/\s+/);
  return {
    users,
    groups: gids.map((gid) => ({ name: `#${gid}`, gid: Number(gid), members: [user.name] })),
  };
}

async function getent(database: string, name: string, machine: Machine): Promise<string> {
  const key = numberOf(name) === undefined ? name : name.slice(1);
  const ran = await machine.run(['/usr/bin/getent', database, '--', key], {
    environment: { PATH: '/usr/bin:/bin', LANG: 'C' },
    seconds: 5,
  });
  return ran.status === 0 ? ran.stdout : '';
}

function parsePasswd(text: string): Account[] {
  return rows(text, 6).map(([name, , uid, gid, , home]) => ({
    name: name!,
    uid: Number(uid),
    gid: Number(gid),
    home: home || '/',
  }));
}

function parseGroup(text: string): AccountGroup[] {
  return rows(text, 3).map(([name, , gid, members]) => ({
    name: name!,
    gid: Number(gid),
    members: (members ?? '').split(',').filter(Boolean),
  }));
}

function rows(text: string, atLeast: number): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= atLeast && !fields[0]!.startsWith('#'));
}
