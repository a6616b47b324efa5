import { posix } from 'node:path';
import { compilePattern } from '../patterns/pattern.js';
import { isImplementedModule } from './modules.js';
import { type Reading, report } from './reading.js';
import type { DirectiveNode } from './tree.js';
import { splitWords } from './words.js';

type Condition = Omit<DirectiveNode, 'kind'>;

/** The version that `<IfVersion>` sees: the Apache whose language this is. */
const pretendedVersion = [2, 4, 62] as const;

const conditions: Readonly<
  Record<string, (reading: Reading, node: Condition, words: readonly string[]) => boolean>
> = {
  ifdefine: (reading, node, words) =>
    negatable(reading, node, words, (name) => reading.defines.has(name)),
  ifmodule: (reading, node, words) => negatable(reading, node, words, isImplementedModule),
  iffile: (reading, node, words) =>
    negatable(reading, node, words, (path) =>
      reading.sources.exists(posix.resolve(reading.serverRoot, path)),
    ),
  ifversion: ifVersion,
};

/** Whether a section is a condition on its content that is decided while reading. */
export function isConditional(name: string): boolean {
  return name.toLowerCase() in conditions;
}

/** Whether the content of a condition counts. A condition that is written wrongly is reported and does not hold. */
export function conditionOf(reading: Reading, node: Condition): boolean {
  const { words } = splitWords(node.arguments);
  return conditions[node.name.toLowerCase()]!(
    reading,
    node,
    words.map((word) => word.value),
  );
}

function negatable(
  reading: Reading,
  node: Condition,
  words: readonly string[],
  holds: (name: string) => boolean,
): boolean {
  const [word] = words;
  if (words.length !== 1 || !word || word === '!') {
    report(
      reading,
      'argument-count',
      `<${node.name}> takes one argument, a name with or without "!", got ${words.length}`,
      { at: node.at },
    );
    return false;
  }
  return word.startsWith('!') ? !holds(word.slice(1)) : holds(word);
}

/** `<IfVersion [[!]operator] version>`; `=` and `==` compare the numbers given, `~` and `/…/` match text. */
function ifVersion(reading: Reading, node: Condition, words: readonly string[]): boolean {
  const [operator, version] = words.length === 1 ? ['=', words[0]!] : words;
  const negated = operator?.startsWith('!') ?? false;
  const plain = negated ? operator!.slice(1) : operator;
  const regex = plain === '~' ? version : /^\/(.*)\/$/.exec(version ?? '')?.[1];
  if (words.length <= 2 && version && plain !== undefined) {
    const matches = regex === undefined ? undefined : versionMatches(regex);
    if (matches !== undefined) return matches !== negated;
    const compare = comparisons[plain];
    if (compare && /^\d+(\.\d+){0,2}$/.test(version)) return compare(against(version)) !== negated;
  }
  report(
    reading,
    'invalid-value',
    `<IfVersion> takes an operator and a version such as ">= 2.4", got "${words.join(' ')}"`,
    { at: node.at, hint: 'the operators are = == > >= < <= and ~, each with or without "!"' },
  );
  return false;
}

const comparisons: Readonly<Record<string, (difference: number) => boolean>> = {
  '=': (difference) => difference === 0,
  '==': (difference) => difference === 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
};

/** Our version minus the given one; parts that are not given count as equal, as Apache's manual shows with `2.4`. */
function against(version: string): number {
  const parts = version.split('.').map(Number);
  for (const [index, ours] of pretendedVersion.entries()) {
    const theirs = parts[index];
    if (theirs !== undefined && ours !== theirs) return ours - theirs;
  }
  return 0;
}

/** Undefined where it is no regular expression. */
function versionMatches(regex: string): boolean | undefined {
  try {
    return compilePattern(regex).test(pretendedVersion.join('.'));
  } catch {
    return undefined;
  }
}
