import * as fs from 'node:fs';
import path from 'node:path';
import { isAlive } from '../base/is-alive.js';
import { isRenamedByOthers, type Place, withPlace } from '../base/place.js';
import { reasonOf } from './system-error.js';

const { O_DIRECTORY, O_NOFOLLOW } = fs.constants;

/**
 * Makes a folder that is ours, and that `gid` may enter. Nobody can have prepared it, or put another one in its
 * place.
 *
 * @throws Error where others may rename it
 */
export function makePrivateFolder(folder: string, gid: number | undefined): void {
  withPlace(folder, (place) => {
    refuseIfRenamed(folder, place);
    const made = place.at(place.name);
    makeFolder(made, folder, 0o700);
    if (gid === undefined) return;
    const fd = fs.openSync(made, O_DIRECTORY | O_NOFOLLOW);
    try {
      fs.fchownSync(fd, process.getuid?.() ?? 0, gid);
      fs.fchmodSync(fd, 0o710);
    } finally {
      fs.closeSync(fd);
    }
  });
}

/** Makes a folder and those above it, through no link of others. @throws Error where that is not possible */
export function makeFolders(folder: string): void {
  if (folder === '/') return;
  const make = () =>
    withPlace(folder, ({ at, name, found }) => {
      if (!found) makeFolder(at(name), folder, 0o755);
    });
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeFolders(path.dirname(folder));
    make();
  }
}

function refuseIfRenamed(folder: string, place: Place): void {
  if (isRenamedByOthers(place.folder))
    throw new Error(
      `cannot make sockets in "${folder}": others may rename what is in "${path.dirname(place.path)}"; state another WSGISocketPrefix`,
    );
}

/** What makePrivateFolder would say of a folder in one that exists; nothing is made. */
export function whyNoPrivateFolder(folder: string): string | undefined {
  try {
    withPlace(folder, (place) => refuseIfRenamed(folder, place));
    fs.accessSync(path.dirname(folder), fs.constants.W_OK | fs.constants.X_OK);
    return undefined;
  } catch (error) {
    const { errno, message } = error as NodeJS.ErrnoException;
    return errno === undefined ? message : refusalText(folder, error);
  }
}

function refusalText(folder: string, error: unknown): string {
  return `cannot make the folder of the sockets, ${JSON.stringify(folder)}: ${reasonOf(error)}`;
}

/** @throws Error with the name that people know */
function makeFolder(system: string, folder: string, mode: number): void {
  try {
    fs.mkdirSync(system, { mode });
  } catch (error) {
    throw new Error(refusalText(folder, error));
  }
}

/** Removes a folder of ours, and the files in it. What belongs to others, or was put in its place, stays. */
export function removePrivateFolder(folder: string): void {
  try {
    const named = fs.lstatSync(folder);
    withPlace(path.join(folder, '-'), ({ at, folder: { uid, ino } }) => {
      if (uid !== process.getuid?.() || ino !== named.ino) throw new Error('it is not ours');
      for (const name of fs.readdirSync(at('.'))) fs.unlinkSync(at(name));
    });
    withPlace(folder, ({ at, name }) => fs.rmdirSync(at(name)));
  } catch {
    // It has gone, or is none of ours.
  }
}

/** Removes the folders `<prefix>.<pid>.<random>` of supervisors that no longer live. */
export function removeStaleFolders(prefix: string): void {
  const parent = path.dirname(prefix);
  const start = `${path.basename(prefix)}.`;
  for (const name of listFolder(parent)) {
    const pid =
      name.startsWith(start) && /^(\d+)\.[0-9a-f]{8}$/.exec(name.slice(start.length))?.[1];
    if (pid && !isAlive(Number(pid))) removePrivateFolder(path.join(parent, name));
  }
}

function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}
