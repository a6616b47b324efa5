import { parsePattern } from './parse.js';
import { partsOf, some, type Tree } from './syntax.js';

/** Names of the groups of a regular expression, in order. */
export function groupNames(source: string): string[] {
  return namesIn(parsePattern(source, { ignoreCase: false }));
}

function namesIn(tree: Tree): string[] {
  const own = tree.kind === 'group' && tree.name !== undefined ? [tree.name] : [];
  return [...own, ...partsOf(tree).flatMap(namesIn)];
}

/** Whether a text that it matches stays one, however it goes on: nothing in the expression looks at what follows. */
export function isOpenEnded(source: string): boolean {
  return !some(parsePattern(source, { ignoreCase: false }), looksAhead);
}

function looksAhead(part: Tree): boolean {
  if (part.kind === 'at') return part.place !== 'start';
  return part.kind === 'look' && (part.sign === '?=' || part.sign === '?!');
}
