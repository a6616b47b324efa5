import { readFileSync } from 'node:fs';

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Who servers run as when we are root; undefined: as ourselves. */
export function plainUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const passwd = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of ['www-data', 'apache', 'nobody'])
    for (const line of passwd) {
      const [name, , uid, gid] = line.split(':');
      if (name === wanted) return { name, uid: Number(uid), gid: Number(gid) };
    }
  throw new Error('running as root, and none of www-data, apache and nobody is a user here');
}

/** The same user for every server, so that none pays for switching. */
export function asPlainUser(argv: readonly string[]): string[] {
  const user = plainUser();
  if (!user) return [...argv];
  return [
    ...['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--'],
    ...argv,
  ];
}
