import type { Tree } from './syntax.js';

/** The groups of an expression that is being read. */
export interface Groups {
  count: number;
  readonly names: Map<string, number>;
  /** References, checked when all groups are known. */
  readonly references: { readonly group: number | string; readonly written: string }[];
}

/** The tree with the numbers of groups that are referred to by name. */
export function resolved(tree: Tree, groups: Groups): Tree {
  if (groups.references.length === 0) return tree;
  const numbers = new Map<string, number>();
  for (const { group, written } of groups.references) {
    const number = typeof group === 'number' ? group : groups.names.get(group);
    if (number === undefined || number < 1 || number > groups.count)
      throw new Error(`"${written}" refers to no group`);
    numbers.set(written, number);
  }
  return withNumbers(tree, numbers);
}

function withNumbers(tree: Tree, numbers: ReadonlyMap<string, number>): Tree {
  switch (tree.kind) {
    case 'reference':
      return tree.group < 0 ? { ...tree, group: numbers.get(tree.written)! } : tree;
    case 'sequence':
      return { ...tree, items: tree.items.map((item) => withNumbers(item, numbers)) };
    case 'choice':
      return { ...tree, options: tree.options.map((option) => withNumbers(option, numbers)) };
    case 'repeat':
    case 'group':
    case 'look':
      return { ...tree, item: withNumbers(tree.item, numbers) };
    default:
      return tree;
  }
}
