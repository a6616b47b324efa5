import type { Characters } from './characters.js';

/** A regular expression as a tree, whatever its notation was. */
export type Tree =
  | { readonly kind: 'characters'; readonly set: Characters }
  /** `end` is the very end, never a place before a last line feed. */
  | { readonly kind: 'at'; readonly place: 'start' | 'end' | 'word-edge' | 'no-word-edge' }
  | { readonly kind: 'sequence'; readonly items: readonly Tree[] }
  | { readonly kind: 'choice'; readonly options: readonly Tree[] }
  | Repeat
  | { readonly kind: 'group'; readonly name?: string; readonly item: Tree }
  | { readonly kind: 'look'; readonly sign: LookSign; readonly item: Tree }
  /** To what a group took; `written` is for messages. */
  | { readonly kind: 'reference'; readonly group: number; readonly written: string };

export interface Repeat {
  readonly kind: 'repeat';
  readonly item: Tree;
  readonly min: number;
  /** Infinity: without a limit. */
  readonly max: number;
  readonly lazy: boolean;
}

export type LookSign = '?=' | '?!' | '?<=' | '?<!';

export function partsOf(tree: Tree): readonly Tree[] {
  if (tree.kind === 'sequence') return tree.items;
  if (tree.kind === 'choice') return tree.options;
  return 'item' in tree ? [tree.item] : [];
}

/** Whether a part of the tree, or all of it, is so. */
export function some(tree: Tree, is: (part: Tree) => boolean): boolean {
  return is(tree) || partsOf(tree).some((part) => some(part, is));
}

/** How many parts it has with all repetitions of groups written out, as PCRE and V8 do. */
export function writtenOut(tree: Tree): number {
  const parts = partsOf(tree).reduce((sum, part) => sum + writtenOut(part), 1);
  if (tree.kind !== 'repeat' || tree.item.kind === 'characters') return parts;
  return parts * Math.max(1, Number.isFinite(tree.max) ? tree.max : tree.min);
}

/** The fewest characters that it takes. */
export function shortest(tree: Tree): number {
  switch (tree.kind) {
    case 'characters':
      return 1;
    case 'sequence':
      return tree.items.reduce((sum, item) => sum + shortest(item), 0);
    case 'choice':
      return Math.min(...tree.options.map(shortest));
    case 'repeat':
      return tree.min * shortest(tree.item);
    case 'group':
      return shortest(tree.item);
    default:
      return 0;
  }
}
