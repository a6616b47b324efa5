import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { isOpenToOthers, type Place, withPlace } from '../base/place.js';
import { reasonOf } from '../supervisor/system-error.js';

export interface LogFiles {
  /** In the order of `Plan.logs`. */
  readonly fds: readonly number[];
  close(): void;
}

/**
 * Opens all log files for appending. The supervisor does it, as root maybe: log folders seldom belong to the
 * users of gateways and applications. Where they do, nothing that such a user puts there leads elsewhere or holds
 * the start up (docs/decisions/0017-files-of-root.md).
 *
 * @throws Error `cannot open the log file "/var/log/x": no such file or directory`
 */
export function openLogFiles(paths: readonly string[]): LogFiles {
  const fds: number[] = [];
  const own: number[] = [];
  const close = () => {
    for (const fd of own.splice(0)) fs.closeSync(fd);
  };
  for (const path of paths) {
    try {
      const fd = withPlace(path, openLog);
      if (!isStandard(fd)) own.push(fd);
      fds.push(fd);
    } catch (error) {
      close();
      throw new Error(refusalText(path, error));
    }
  }
  return { fds, close };
}

/** What openLogFiles would say of a file; nothing is made. */
export function whyLogRefused(path: string): string | undefined {
  try {
    const fd = withPlace(path, (place) =>
      place.found || place.descriptor !== undefined ? openLog(place) : canMake(path),
    );
    if (fd !== undefined && !isStandard(fd)) fs.closeSync(fd);
    return undefined;
  } catch (error) {
    return refusalText(path, error);
  }
}

function canMake(path: string): undefined {
  fs.accessSync(dirname(path), fs.constants.W_OK | fs.constants.X_OK);
}

function refusalText(path: string, error: unknown): string {
  return `cannot open the log file "${path}": ${reasonOf(error)}`;
}

/** `/dev/stdout` and `/dev/stderr` are taken as they are: where they are sockets they cannot be opened anew. */
function isStandard(fd: number): boolean {
  return fd === 1 || fd === 2;
}

const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = fs.constants;

/** What is there is looked at before it is opened, since opening a device may do something, and afterwards. */
function openLog({ at, name, found, descriptor, folder }: Place): number {
  if (descriptor !== undefined && isStandard(descriptor)) return descriptor;
  const flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  if (!found) return fs.openSync(at(name), flags | O_CREAT | O_EXCL, 0o640);
  refuseUnlessLog(found);
  const fd = fs.openSync(at(name), flags);
  try {
    const opened = fs.fstatSync(fd);
    refuseUnlessLog(opened);
    if (isOpenToOthers(folder) && opened.nlink > 1)
      throw new Error(
        'others may write in its folder, and the file has a second name, so it may be any file; remove it',
      );
    return fd;
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
}

function refuseUnlessLog(found: fs.Stats): void {
  if (found.isFile() || found.isCharacterDevice()) return;
  if (found.isFIFO())
    throw new Error(
      'it is a named pipe, for which the server would have to wait; state a file, or /dev/stderr',
    );
  throw new Error(found.isDirectory() ? 'it is a folder' : 'it is no file');
}
