/** Whom a process runs as. `groups` are all supplementary groups, `gid` included. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/**
 * The command line that runs `argv` as `identity`; `argv` itself without one.
 *
 * `setpriv` (util-linux) sets groups, gid and uid in this order, checks each, and then executes `argv` in
 * the same process, so pid and descriptors stay. Node's own `uid`/`gid` spawn options would leave the
 * supplementary groups of root in place. `setpriv` is an absolute path: PATH is not ours to trust here.
 */
export function asIdentity(
  identity: RunAs | undefined,
  argv: readonly string[],
  setpriv: string,
): string[] {
  if (!identity) return [...argv];
  const groups =
    identity.groups.length > 0 ? ['--groups', identity.groups.join(',')] : ['--clear-groups'];
  return [
    setpriv,
    '--reuid',
    String(identity.uid),
    '--regid',
    String(identity.gid),
    ...groups,
    '--',
    ...argv,
  ];
}

/** The absolute path of `setpriv`, or undefined where the machine has none. */
export function findSetpriv(isFile: (path: string) => boolean): string | undefined {
  return ['/usr/bin/setpriv', '/bin/setpriv', '/usr/local/bin/setpriv'].find(isFile);
}
