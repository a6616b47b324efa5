import { posix } from 'node:path';
import type { Files } from './sources.js';

/** Files that exist in memory alone, by absolute path; folders follow from the paths. */
export function memoryFiles(texts: ReadonlyMap<string, string>): Files {
  const inside = (folder: string) =>
    [...texts.keys()].filter((path) => path.startsWith(withSlash(folder)));
  return {
    read: (path) => {
      const text = texts.get(posix.normalize(path));
      if (text === undefined) throw new Error('no such file');
      return text;
    },
    list: (folder) => {
      const paths = inside(folder);
      if (paths.length === 0) throw new Error('no such folder');
      return [...new Set(paths.map((path) => path.slice(withSlash(folder).length).split('/')[0]!))];
    },
    exists: (path) => texts.has(posix.normalize(path)) || inside(path).length > 0,
    isFolder: (path) => inside(path).length > 0,
    real: posix.normalize,
  };
}

function withSlash(folder: string): string {
  const path = posix.normalize(folder);
  return path.endsWith('/') ? path : `${path}/`;
}
