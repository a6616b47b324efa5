import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import type { Files } from './sources.js';

/** The files of this machine. */
export const diskFiles: Files = {
  read,
  list: (folder) => readdirSync(folder),
  exists: existsSync,
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
  real: (path) => {
    try {
      return realpathSync(path);
    } catch {
      return path;
    }
  },
};

/** To open a pipe waits for who writes into it; a device may never end. */
function read(path: string, { pipes } = { pipes: false }): string {
  if (pipes && statSync(path).isFIFO()) return readFileSync(path, 'utf8');
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() && !stats.isDirectory() && path !== '/dev/null')
      throw new Error(`it is ${stats.isFIFO() ? 'a pipe' : 'a device'}, and no regular file`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
