import { posix } from 'node:path';
import { compilePattern } from '../patterns/pattern.js';
import { isImplementedModule } from './modules.js';
import { type Reading, report } from './reading.js';
import type { DirectiveNode, SkippedNode } from './tree.js';
import { splitWords } from './words.js';

type Condition = Omit<DirectiveNode, 'kind'>;

/** The version that `<IfVersion>` sees: the Apache whose language this is. */
const pretendedVersion = [2, 4, 62] as const;

/** Why a condition does not hold, in words and for what is said of it. */
export interface Skipping {
  readonly reason: string;
  readonly cause: SkippedNode['cause'];
}

type Check = (reading: Reading, node: Condition, words: readonly string[]) => Skipping | undefined;

const conditions: Readonly<Record<string, Check>> = {
  ifdefine: negatable(
    (reading, name) => reading.defines.has(name),
    (name, holds) => `${name} is ${holds ? '' : 'not '}defined`,
  ),
  ifmodule: negatable(
    (_, name) => isImplementedModule(name),
    (name, holds) => `${moduleTitle(name)} is ${holds ? '' : 'not '}here`,
  ),
  iffile: negatable(
    (reading, path) => reading.sources.exists(posix.resolve(reading.serverRoot, path)),
    (path, holds) => `${path} ${holds ? 'exists' : 'does not exist'}`,
  ),
  ifversion: (reading, node, words) =>
    ifVersion(reading, node, words)
      ? undefined
      : { reason: `venvhost counts as Apache ${pretendedVersion.join('.')}`, cause: 'chosen' },
};

/** Whether a section is a condition on its content that is decided while reading. */
export function isConditional(name: string): boolean {
  return name.toLowerCase() in conditions;
}

/** Why the content of a condition does not count; undefined where it does. One that is written wrongly is reported and does not hold. */
export function whySkipped(reading: Reading, node: Condition): Skipping | undefined {
  const { words } = splitWords(node.arguments);
  return conditions[node.name.toLowerCase()]!(
    reading,
    node,
    words.map((word) => word.value),
  );
}

function negatable(
  holds: (reading: Reading, name: string) => boolean,
  reasonText: (name: string, holds: boolean) => string,
): Check {
  return (reading, node, words) => {
    const [word] = words;
    if (words.length !== 1 || !word || word === '!') {
      report(
        reading,
        'argument-count',
        `<${node.name}> takes one argument, a name with or without "!", got ${words.length}`,
        { at: node.at },
      );
      return { reason: 'the condition is not complete', cause: 'expected' };
    }
    const negated = word.startsWith('!');
    const name = negated ? word.slice(1) : word;
    const found = holds(reading, name);
    if (found !== negated) return undefined;
    const isModule = node.name.toLowerCase() === 'ifmodule';
    const cause = !isModule ? 'chosen' : negated ? 'expected' : 'module-missing';
    return { reason: reasonText(name, found), cause };
  };
}

/** `mod_ssl` of `mod_ssl.c` and of `ssl_module`. */
function moduleTitle(name: string): string {
  const identifier = /^(\w+)_module$/.exec(name)?.[1];
  return identifier === undefined ? name.replace(/\.c$/, '') : `mod_${identifier}`;
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
