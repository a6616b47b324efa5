import { dirname, join } from 'node:path';
import type { RunAs } from '../base/as-identity.js';
import type { Entry, Machine } from './machine.js';

/** A folder that the way to a file leads through. */
export interface Passed {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The way to a path, every symbolic link on it followed. Plain data. */
export interface Walk {
  /** Folders entered on the way, in order, those behind links too; the end itself is not among them. */
  readonly folders: readonly Passed[];
  /** `denied`: this process may not look, `missing`: there is nothing. */
  readonly end: 'file' | 'folder' | 'other' | 'missing' | 'denied';
  /** Where the way ends, links resolved: what was looked at last. */
  readonly at: string;
  /** The whole path that the links lead to, also where it does not exist. */
  readonly towards: string;
  /** Of the end, where it exists. */
  readonly entry?: Entry;
}

/** As many links as Linux follows. */
const linkLimit = 40;

export function walkPath(path: string, machine: Pick<Machine, 'look' | 'target'>): Walk {
  const folders: Passed[] = [];
  const rest = parts(path);
  let at = '/';
  let links = 0;
  for (;;) {
    const entry = machine.look(at);
    if (typeof entry === 'string') return { folders, end: entry, at, towards: join(at, ...rest) };
    if (entry.kind === 'link') {
      if (++links > linkLimit) return { folders, end: 'missing', at, towards: at };
      const target = machine.target(at) ?? '';
      rest.unshift(...parts(target));
      at = target.startsWith('/') ? '/' : dirname(at);
      continue;
    }
    const next = rest.shift();
    if (next === undefined) return { folders, end: entry.kind, at, towards: at, entry };
    if (entry.kind !== 'folder') {
      const missing = join(at, next);
      return { folders, end: 'missing', at: missing, towards: join(missing, ...rest) };
    }
    folders.push({ path: at, mode: entry.mode, uid: entry.uid, gid: entry.gid });
    at = join(at, next);
  }
}

/**
 * The first folder on the way that `who` cannot enter, by owner, group and mode bits.
 * Access control lists are not seen: take the answer as an explanation, not as a proof.
 */
export function firstClosed(walk: Walk, who: RunAs): Passed | undefined {
  const closed = walk.folders.find((folder) => !canEnter(folder, who));
  if (closed) return closed;
  const { entry } = walk;
  return entry?.kind === 'folder' && !canEnter(entry, who)
    ? { path: walk.at, mode: entry.mode, uid: entry.uid, gid: entry.gid }
    : undefined;
}

/** The second line of a hint. Opening the home of root to everybody is no advice. */
export function orOpen({ path }: Passed): string {
  return path === '/root' ? '' : `\nor open the folder: chmod o+x ${path}`;
}

function canEnter(folder: Omit<Passed, 'path'>, who: RunAs): boolean {
  if (who.uid === 0) return true;
  if (folder.uid === who.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === who.gid || who.groups.includes(folder.gid)) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
