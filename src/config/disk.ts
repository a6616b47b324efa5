import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { Files } from './sources.js';

/** The files of this machine. */
export const diskFiles: Files = {
  read: (path) => readFileSync(path, 'utf8'),
  list: (folder) => readdirSync(folder),
  exists: existsSync,
  isFolder: (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
};
