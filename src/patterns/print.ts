import { anyCharacter, type Characters, lastCharacter, negated } from './characters.js';
import type { Repeat, Tree } from './syntax.js';

/** The words of V8's engine and of re2js. */
export type Notation = 'v8' | 're2';

/** The tree as the source of an expression without flags. */
export function printPattern(tree: Tree, notation: Notation): string {
  const print = (part: Tree) => printPattern(part, notation);
  switch (tree.kind) {
    case 'characters':
      return printSet(tree.set, notation);
    case 'at':
      return places[notation][tree.place];
    case 'sequence':
      return tree.items
        .map((item) => (item.kind === 'choice' ? bare(print(item)) : print(item)))
        .join('');
    case 'choice':
      return tree.options.map(print).join('|');
    case 'repeat':
      return `${tree.item.kind === 'characters' || tree.item.kind === 'group' ? print(tree.item) : bare(print(tree.item))}${quantifier(tree)}`;
    case 'group':
      return `(${tree.name === undefined ? '' : `?${notation === 're2' ? 'P' : ''}<${tree.name}>`}${print(tree.item)})`;
    case 'look':
      return `(${tree.sign}${print(tree.item)})`;
    case 'reference':
      return bare(`\\${tree.group}`);
  }
}

const places = {
  v8: { start: '^', end: '$', 'word-edge': '\\b', 'no-word-edge': '\\B' },
  re2: { start: '\\A', end: '\\z', 'word-edge': '\\b', 'no-word-edge': '\\B' },
} as const;

function bare(source: string): string {
  return `(?:${source})`;
}

function quantifier({ min, max, lazy }: Repeat): string {
  return `${limits(min, max)}${lazy ? '?' : ''}`;
}

function limits(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function printSet(set: Characters, notation: Notation): string {
  const [first] = set;
  if (first && set.length === 1 && first[0] === first[1]) return character(first[0], notation);
  if (set.length === 0) return notation === 'v8' ? '[]' : '[^\\x{0}-\\x{10FFFF}]';
  if (first?.[0] === anyCharacter[0]![0] && first[1] === lastCharacter)
    return notation === 'v8' ? '[^]' : '(?s:.)';
  const open = set.at(-1)![1] === lastCharacter;
  const ranges = (open ? negated(set) : set).map(([from, to]) =>
    from === to
      ? character(from, notation)
      : `${character(from, notation)}-${character(to, notation)}`,
  );
  return `[${open ? '^' : ''}${ranges.join('')}]`;
}

function character(code: number, notation: Notation): string {
  const text = String.fromCharCode(code);
  if (/[A-Za-z0-9_/ :;,=&@%~#<>!'"`]/.test(text)) return text;
  if (code > 32 && code < 127) return `\\${text}`;
  const hex = code.toString(16);
  if (notation === 're2') return `\\x{${hex}}`;
  return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
