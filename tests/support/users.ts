import { readFileSync } from 'node:fs';

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who daemons run as when a configuration names no user: undefined without root (ourselves), else the first of
 * the users that distributions make for web servers.
 */
export function daemonUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['www-data', 'apache', 'nobody']) {
    const user = findUser(name);
    if (user) return user;
  }
  throw new Error(
    'running as root, and none of www-data, apache and nobody is a user of this machine',
  );
}

export function findUser(name: string): User | undefined {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [found, , uid, gid] = line.split(':');
    if (found === name) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
