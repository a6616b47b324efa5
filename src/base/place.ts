import * as fs from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';

/** Where a file is or can be made, reached through no link but ours or root's. */
export interface Place {
  /** A path for system calls. It leads into the folder that was found, whatever has become of its name. */
  readonly at: (name: string) => string;
  readonly name: string;
  /** The whole path for people, links resolved. */
  readonly path: string;
  /** What is there. Never a link. */
  readonly found: fs.Stats | undefined;
  /** Ours that it stands for, as `/dev/stderr` does. It cannot be opened anew where it is a socket. */
  readonly descriptor: number | undefined;
  /** Of the folder. */
  readonly folder: fs.Stats;
}

/** As many links as Linux follows. */
const linkLimit = 40;
const { O_DIRECTORY, O_NOFOLLOW } = fs.constants;
/** Linux only, where it is the same for every processor: a folder may be passed without being readable. */
export const O_PATH = 0o10000000;

/**
 * Goes to a place component by component, each folder held open while the next one is looked at, so that whoever
 * may change a folder on the way cannot lead us elsewhere: links of others are refused. Without `/proc`
 * (macOS) names are used instead of open folders, and a change in the very moment is not noticed.
 *
 * @throws Error that says what is in the way
 */
export function withPlace<T>(target: string, use: (place: Place) => T): T {
  const rest = parts(target);
  let folder = openFolder('/', '/');
  let links = 0;
  try {
    for (;;) {
      const name = rest.shift();
      if (name === undefined) throw new Error('it is a folder');
      const here = path.join(folder.where, name);
      const found = name === '..' ? undefined : look(folder.at(name));
      const descriptor = descriptorNamed(here);
      if (found?.isSymbolicLink() && descriptor === undefined) {
        if (++links > linkLimit) throw new Error('too many links');
        const linked = readLink(folder.at(name), here, found);
        rest.unshift(...parts(linked));
        if (linked.startsWith('/')) folder = folder.to('/', '/');
      } else if (rest.length > 0 || name === '..') {
        if (!found && name !== '..') throw missing(here);
        folder = folder.to(folder.at(name), here);
      } else {
        const { at, stats } = folder;
        return use({ at, name, path: here, found, descriptor, folder: stats });
      }
    }
  } finally {
    folder.close();
  }
}

function descriptorNamed(here: string): number | undefined {
  const [, pid, fd] = /^\/(?:proc\/(self|\d+)|dev)\/fd\/(\d+)$/.exec(here) ?? [];
  const ours = pid === undefined || pid === 'self' || Number(pid) === process.pid;
  return fd !== undefined && ours ? Number(fd) : undefined;
}

/** Whether others than root and we may make files in a folder. */
export function isOpenToOthers({ uid, mode }: Pick<fs.Stats, 'uid' | 'mode'>): boolean {
  return !isTrusted(uid) || (mode & 0o022) !== 0;
}

/** Whether others may rename what we make in a folder: the sticky bit keeps them from it. A group of ours is no other. */
export function isRenamedByOthers({ uid, gid, mode }: fs.Stats): boolean {
  const writers = gid === process.getgid?.() ? 0o002 : 0o022;
  return !isTrusted(uid) || ((mode & writers) !== 0 && (mode & 0o1000) === 0);
}

function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.getuid?.();
}

interface Folder {
  readonly where: string;
  readonly stats: fs.Stats;
  readonly at: (name: string) => string;
  /** Opens another one and closes this. */
  to(system: string, where: string): Folder;
  close(): void;
}

function openFolder(system: string, where: string): Folder {
  const held = process.platform === 'linux' && fs.existsSync('/proc/self/fd');
  const fd = held ? fs.openSync(system, O_PATH | O_DIRECTORY | O_NOFOLLOW) : undefined;
  const close = () => {
    if (fd !== undefined) fs.closeSync(fd);
  };
  return {
    where,
    stats: fd === undefined ? fs.lstatSync(where) : fs.fstatSync(fd),
    at: (name) => (fd === undefined ? path.join(where, name) : `/proc/self/fd/${fd}/${name}`),
    to(next, at) {
      const opened = openFolder(next, at);
      close();
      return opened;
    },
    close,
  };
}

/** The look before and after makes sure that what was read is the link whose owner is known. */
function readLink(system: string, here: string, before: fs.Stats): string {
  if (!isTrusted(before.uid))
    throw new Error(
      `"${here}" is a link that user id ${before.uid} made, and is not followed; state the path that it leads to`,
    );
  const linked = fs.readlinkSync(system);
  const after = look(system);
  if (after?.ino !== before.ino || after.ctimeMs !== before.ctimeMs)
    throw new Error(`"${here}" was changed while it was looked at`);
  return linked;
}

function look(system: string): fs.Stats | undefined {
  return fs.lstatSync(system, { throwIfNoEntry: false });
}

function missing(here: string): Error {
  const { ENOENT } = constants.errno;
  return Object.assign(new Error(`"${here}" is missing`), { code: 'ENOENT', errno: -ENOENT });
}

function parts(target: string): string[] {
  return target.split('/').filter((part) => part !== '' && part !== '.');
}
