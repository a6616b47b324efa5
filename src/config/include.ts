import { posix } from 'node:path';
import { compileGlob, hasWildcards } from '../base/glob.js';
import { formatSpan, type Span, type Stated } from '../base/span.js';
import { type Reading, reasonOf, report } from './reading.js';
import type { Files } from './sources.js';
import type { DirectiveNode } from './tree.js';
import { splitWords } from './words.js';

/**
 * The files that an Include or IncludeOptional stands for, in reading order: wildcards in any component,
 * a folder with everything below it, names in byte order. Reports what is missing and what would loop.
 */
export function includedPaths(reading: Reading, node: DirectiveNode): string[] {
  const { words } = splitWords(node.arguments);
  const [target] = words;
  if (!target || words.length !== 1) {
    report(
      reading,
      'argument-count',
      `${node.name} takes one argument, a file, got ${words.length}`,
      {
        at: node.at,
        hint: 'write one Include line for each file or wildcard',
      },
    );
    return [];
  }
  const pattern = posix.resolve(reading.serverRoot, target.value);
  const paths = hasWildcards(target.value)
    ? matching(reading.sources, pattern)
    : [pattern].filter(reading.sources.exists);
  if (paths.length === 0 && node.name.toLowerCase() === 'include')
    reportMissing(reading, target, pattern);
  const walk: FolderWalk = { reading, target, count: 0, within: [] };
  return paths
    .flatMap((path) => below(path, walk))
    .filter((path) => !loops(reading, path, node.at));
}

/** All paths that match, component by component. */
function matching(files: Files, pattern: string): string[] {
  let found = ['/'];
  for (const component of pattern.split('/').filter(Boolean)) {
    found = hasWildcards(component)
      ? found.flatMap((folder) => namesMatching(files, folder, component))
      : found.map((folder) => posix.join(folder, component));
  }
  return found.filter(files.exists);
}

/** A hidden file matches only a pattern that starts with a dot, as fnmatch is called by Apache. */
function namesMatching(files: Files, folder: string, pattern: string): string[] {
  const matches = compileGlob(pattern);
  return sortedNames(files, folder)
    .filter((name) => matches(name) && (!name.startsWith('.') || pattern.startsWith('.')))
    .map((name) => posix.join(folder, name));
}

function sortedNames(files: Files, folder: string): string[] {
  try {
    return [...files.list(folder)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch {
    return [];
  }
}

/** The way through the folders of one Include. */
interface FolderWalk {
  readonly reading: Reading;
  readonly target: Stated<string>;
  /** Files and folders so far. */
  count: number;
  /** The folders around, without links. */
  readonly within: string[];
}

/** An Include of more files than this is a mistake, or folders with links to each other. */
const mostFiles = 10_000;

/** The path itself, or every file below it where it is a folder. */
function below(path: string, walk: FolderWalk): string[] {
  const { reading, target, within } = walk;
  if (++walk.count > mostFiles) {
    if (walk.count === mostFiles + 1)
      reportEndless(walk, `"${target.value}" leads to more than ${mostFiles} files`);
    return [];
  }
  if (!reading.sources.isFolder(path)) return [path];
  const real = reading.sources.real(path);
  if (within.includes(real)) {
    reportEndless(walk, `"${path}" is a link to a folder around it, "${real}"`);
    return [];
  }
  try {
    reading.sources.list(path);
  } catch (error) {
    report(reading, 'file-unreadable', `cannot list the folder "${path}": ${reasonOf(error)}`, {
      at: target.at,
    });
    return [];
  }
  within.push(real);
  const paths = sortedNames(reading.sources, path).flatMap((name) =>
    below(posix.join(path, name), walk),
  );
  within.pop();
  return paths;
}

function reportEndless({ reading, target }: FolderWalk, message: string): void {
  report(reading, 'include-loop', message, {
    at: target.at,
    hint: 'take the link out, or name the files: Include folder/*.conf',
  });
}

function reportMissing(reading: Reading, target: Stated<string>, pattern: string): void {
  const wild = hasWildcards(target.value);
  report(
    reading,
    'include-missing',
    wild
      ? `no file matches the wildcards of Include "${target.value}"`
      : `cannot include "${pattern}": no such file`,
    {
      at: target.at,
      hint: target.value.startsWith('/')
        ? 'write IncludeOptional where it may be missing'
        : `a relative path starts at ServerRoot, here ${reading.serverRoot}\nwrite IncludeOptional where it may be missing`,
    },
  );
}

/** Whether the file is open already somewhere up the chain of Includes. */
function loops(reading: Reading, path: string, from: Span): boolean {
  for (let at: Span | undefined = from; at; at = at.includedFrom) {
    if (posix.resolve(at.file) !== path) continue;
    report(reading, 'include-loop', `"${path}" is included while it is being read`, {
      at: from,
      hint: at.includedFrom
        ? `take this line out, or the one at ${formatSpan(at.includedFrom)}`
        : 'take this line out: it is the file that reading began with',
    });
    return true;
  }
  return false;
}
