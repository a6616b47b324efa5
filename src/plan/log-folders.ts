import { dirname } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import type { Config } from '../config/config.js';
import type { Passed, Walk } from '../python/path-walk.js';
import { findUser } from './accounts.js';
import type { Facts } from './facts.js';
import type { Identities } from './identities.js';

interface Written {
  readonly directive: string;
  readonly path: string;
  readonly at: Span;
}

/** Files that the supervisor itself makes and writes to. */
function writtenFiles({ main, virtualHosts, global }: Config): Written[] {
  const logs = [main, ...virtualHosts].flatMap(({ errorLog, customLogs }) => [
    ...(errorLog ? [{ directive: 'ErrorLog', path: errorLog.value, at: errorLog.at }] : []),
    ...customLogs.map(({ path, at }) => ({ directive: 'CustomLog', path, at })),
  ]);
  const { pidFile } = global;
  return [
    ...logs,
    ...(pidFile ? [{ directive: 'PidFile', path: pidFile.value, at: pidFile.at }] : []),
  ];
}

export function logFolders(config: Config): string[] {
  return [...new Set(writtenFiles(config).map(({ path }) => dirname(path)))];
}

/** A warning for each folder of logs that others may write in; links and pipes there are refused at the start. */
export function checkLogFolders(
  config: Config,
  facts: Pick<Facts, 'paths' | 'self' | 'accounts'>,
  identities: Identities,
): Diagnostic[] {
  const told = new Set<string>();
  return writtenFiles(config).flatMap(({ directive, path, at }) => {
    const walk = facts.paths[dirname(path)];
    const open = walk && firstOpen(walk, facts, identities);
    if (!open || told.has(open.folder.path)) return [];
    told.add(open.folder.path);
    return [
      diagnostic(
        'log-folder-open',
        `${open.who} may write in ${open.folder.path}, on the way to ${directive} ${path}`,
        {
          at,
          hint: `leave it to ${facts.self.uid === 0 ? 'root' : 'yourself'}: ${open.remedy}\nlinks, named pipes and files with a second name there prevent the start`,
        },
      ),
    ];
  });
}

interface Open {
  readonly folder: Passed;
  readonly who: string;
  readonly remedy: string;
}

/** Above the last folder it is enough that others cannot rename what is on the way: the sticky bit sees to that. */
function firstOpen(
  walk: Walk,
  { self, accounts }: Pick<Facts, 'self' | 'accounts'>,
  { gateways, groups }: Identities,
): Open | undefined {
  const { entry } = walk;
  const folders =
    entry?.kind === 'folder' ? [...walk.folders, { path: walk.at, ...entry }] : walk.folders;
  const isTrusted = (uid: number) => uid === 0 || uid === self.uid;
  const hosted = [gateways, ...groups.values()].flatMap((one) => (one ? [one] : []));
  for (const [index, folder] of folders.entries()) {
    const { path, uid, gid, mode } = folder;
    const next = folders[index + 1];
    if (!isTrusted(uid)) {
      const name = findUser(accounts, `#${uid}`)?.name ?? `#${uid}`;
      return { folder, who: `user ${JSON.stringify(name)}`, remedy: `chown root ${path}` };
    }
    if (next && (mode & 0o1000) !== 0 && isTrusted(next.uid)) continue;
    if ((mode & 0o002) !== 0) return { folder, who: 'everybody', remedy: `chmod o-w ${path}` };
    const member = (mode & 0o020) !== 0 && hosted.find((one) => one.groups.includes(gid));
    if (member)
      return { folder, who: `user ${JSON.stringify(member.user)}`, remedy: `chmod g-w ${path}` };
  }
  return undefined;
}
