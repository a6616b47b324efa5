import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { secretLength } from '../protocol/frames.js';
import { hasBegun, journalLength } from '../protocol/journal.js';
import { type BoundSocket, bindUnix } from './listening-handle.js';
import {
  makeFolders,
  makePrivateFolder,
  removePrivateFolder,
  removeStaleFolders,
} from './private-folder.js';

/** Owner of the files that gateways open; absent: whoever starts the server. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What one daemon process listens on and writes to; it inherits both as descriptors. */
export interface ProcessFiles {
  readonly socket: string;
  readonly journal: string;
  readonly listening: BoundSocket;
  readonly journalFd: number;
  /** What a connection must show first. Kept in memory only. */
  readonly secret: string;
  /** Closes what the supervisor holds. The daemon keeps its own copies. */
  closeFds(): void;
  /** Whether the process has begun a request. True where the journal cannot be read. */
  begun(): boolean;
  /** Whether the process has changed the length of its journal, or reserved more: it could fill the disk. */
  resized(): boolean;
  /** Removes both files; gateways that have them open keep them. */
  remove(): void;
}

export interface SocketFolder {
  readonly path: string;
  /** Makes the folder again where somebody has removed it, at another path. @throws Error when it cannot be made */
  create(id: number): ProcessFiles;
  remove(): void;
}

/** What becomes of a folder that somebody removes under the server. */
export interface WhenRemoved {
  /** Where it is made again when it cannot be in its first place, such as a user's folder that goes at logout. */
  readonly fallback?: string;
  /** It was made again. */
  readonly moved?: (gone: string, path: string) => void;
}

/** `sun_path` of Linux has 108 bytes, one of them for the NUL at the end. */
const longestSocketPath = 107;

/**
 * Makes `<prefix>.<pid>.<random>/`. Gateways can enter it and neither list nor change it, so that what the
 * supervisor does in it, as root maybe, never goes through a link of theirs.
 * Folders of supervisors that no longer live are removed.
 *
 * @throws Error when the folder cannot be made or a socket path in it would be too long
 */
export function makeSocketFolder(
  prefix: string,
  owner: Owner | undefined,
  { fallback, moved }: WhenRemoved = {},
): SocketFolder {
  for (const one of [prefix, ...(fallback === undefined ? [] : [fallback])])
    removeStaleFolders(one);
  let made = makeFolder(prefix, owner);
  /** Somebody may have changed more than the names of those that went before. */
  const before: Made[] = [];

  function present(): string {
    if (isStill(made)) return made.path;
    const gone = made;
    made = makeAgain(prefix, fallback, owner);
    before.push(gone);
    moved?.(gone.path, made.path);
    return made.path;
  }

  return {
    get path() {
      return made.path;
    },
    create: (id) => createFiles(present(), id, owner),
    remove() {
      for (const one of [made, ...before]) if (isSame(one)) removePrivateFolder(one.path);
    },
  };
}

/** A folder that we made, and how to know it again. */
type Made = Pick<fs.Stats, 'dev' | 'ino' | 'uid' | 'gid' | 'mode'> & { readonly path: string };

function makeFolder(prefix: string, owner: Owner | undefined): Made {
  const folder = `${prefix}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const example = path.join(folder, 'd1000000.sock~');
  if (Buffer.byteLength(example) > longestSocketPath)
    throw new Error(
      `cannot make sockets in "${folder}": the path "${example}" has ${Buffer.byteLength(example)} bytes, and a Unix socket path at most ${longestSocketPath}; state a shorter WSGISocketPrefix`,
    );
  makeFolders(path.dirname(path.resolve(prefix)));
  makePrivateFolder(folder, owner?.gid);
  const { dev, ino, uid, gid, mode } = fs.lstatSync(folder);
  return { path: folder, dev, ino, uid, gid, mode };
}

/** Whether it is there, is the same one, and is as we made it: not a link or a folder that took its place. */
function isStill({ path: folder, ...made }: Made): boolean {
  const found = lookAt(folder);
  return (
    found !== undefined &&
    (Object.keys(made) as (keyof typeof made)[]).every((key) => found[key] === made[key])
  );
}

function isSame({ path: folder, dev, ino }: Made): boolean {
  const found = lookAt(folder);
  return found?.dev === dev && found.ino === ino;
}

/** Always with a new name: whoever removed the old one may have put something in its place. */
function makeAgain(prefix: string, fallback: string | undefined, owner: Owner | undefined): Made {
  try {
    return makeFolder(prefix, owner);
  } catch (error) {
    if (fallback === undefined) throw error;
    return makeFolder(fallback, owner);
  }
}

function createFiles(folder: string, id: number, owner: Owner | undefined): ProcessFiles {
  const socket = path.join(folder, `d${id}.sock`);
  // Nobody can guess the name: others who run as the user of the gateways could write to it.
  const journal = path.join(folder, `d${id}.${randomHex(32)}.journal`);
  const journalFd = fs.openSync(journal, 'wx+', 0o600);
  try {
    fs.ftruncateSync(journalFd, journalLength);
    if (owner) fs.fchownSync(journalFd, owner.uid, owner.gid);
    const listening = bindPrivately(socket);
    if (owner) fs.lchownSync(socket, owner.uid, owner.gid);
    return {
      socket,
      journal,
      listening,
      journalFd,
      secret: randomHex(secretLength),
      closeFds: once(() => {
        listening.close();
        fs.closeSync(journalFd);
      }),
      begun: () => hasBegunAny(journal),
      resized: () => isResized(lookAt(journal)),
      remove: () => {
        for (const file of [socket, journal]) if (lookAt(file)) fs.rmSync(file, { force: true });
      },
    };
  } catch (error) {
    fs.closeSync(journalFd);
    fs.rmSync(journal, { force: true });
    throw error;
  }
}

/** Blocks can be reserved beyond the end too. A block of a Stats has 512 bytes; a file system may round up. */
function isResized(journal: fs.Stats | undefined): boolean {
  if (!journal) return false;
  return journal.size !== journalLength || journal.blocks * 512 > 2 * journalLength;
}

/** Undefined where it is not there, or its folder has become something else. */
function lookAt(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file);
  } catch {
    return undefined;
  }
}

function randomHex(length: number): string {
  return randomBytes(length / 2).toString('hex');
}

function hasBegunAny(journal: string): boolean {
  try {
    const file = fs.openSync(journal, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    try {
      // Never more than its length: who may write to it might have made it longer.
      const words = Buffer.alloc(journalLength);
      fs.readSync(file, words, 0, journalLength, 0);
      return hasBegun(words);
    } finally {
      fs.closeSync(file);
    }
  } catch {
    return true;
  }
}

/** The socket has its mode from the start: nothing can connect before a `chmod`. */
function bindPrivately(socket: string): BoundSocket {
  const before = process.umask(0o177);
  try {
    return bindUnix(socket);
  } finally {
    process.umask(before);
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
