import { shortest, some, type Tree } from './syntax.js';

/**
 * How many ways V8 may have to try at most, in a text of n characters: `factor` times n to the power of `degree`.
 * Infinity as degree: exponentially many, or nobody knows.
 */
interface Ways {
  readonly factor: number;
  readonly degree: number;
}

/** Ways that one match may try; V8 does so many in a millisecond or two when it has not compiled the pattern yet. */
const affordable = 100_000;
/** Characters that one way may walk over without counting as more. */
const shortWalk = 8;

/**
 * The longest text that V8's backtracking engine matches against the pattern in few steps, whatever stands in it;
 * -1 for none.
 * It is an upper bound on the work: a pattern that is harmless may count as dangerous, not the other way round.
 */
export function longestForV8(tree: Tree): number {
  const { factor, degree } = multiplied(ways(tree), startsAtStart(tree) ? single : eachPlace);
  const walks = factor * Math.ceil(walked(tree) / shortWalk);
  if (degree === Number.POSITIVE_INFINITY) return shortText(tree);
  if (walks > affordable) return -1;
  // As cheap as a linear engine: beyond any limit on the length of heads that makes sense.
  if (degree === 0 || (degree === 1 && walks <= 32)) return Number.POSITIVE_INFINITY;
  // A repetition has n + 1 ways to take n characters.
  return Math.floor((affordable / walks) ** (1 / degree)) - 1;
}

/**
 * Whether V8 takes what PCRE takes: it forgets groups within a repetition at each turn, and never
 * takes a turn that takes nothing.
 */
export function agreesWithPcre(tree: Tree): boolean {
  return !some(
    tree,
    (part) =>
      part.kind === 'repeat' &&
      (shortest(part.item) === 0 ||
        (part.max > 1 &&
          some(part.item, ({ kind }) => kind === 'group') &&
          !isSingle(ways(part.item)))),
  );
}

const single: Ways = { factor: 1, degree: 0 };
const eachPlace: Ways = { factor: 1, degree: 1 };

function isSingle({ factor, degree }: Ways): boolean {
  return factor === 1 && degree === 0;
}

function ways(tree: Tree): Ways {
  switch (tree.kind) {
    case 'sequence':
      return tree.items.map(ways).reduce(multiplied, single);
    case 'choice':
      return tree.options.map(ways).reduce(added);
    case 'group':
    case 'look':
      return ways(tree.item);
    case 'repeat':
      return repeated(ways(tree.item), tree);
    case 'reference':
      return eachPlace;
    default:
      return single;
  }
}

function repeated(item: Ways, { min, max }: { min: number; max: number }): Ways {
  const turns: Ways =
    max === Number.POSITIVE_INFINITY ? eachPlace : { factor: max - min + 1, degree: 0 };
  if (max === 0) return single;
  if (isSingle(item)) return turns;
  if (max === Number.POSITIVE_INFINITY) return { factor: 1, degree: max };
  return multiplied(turns, { factor: item.factor ** max, degree: item.degree * max });
}

function multiplied(a: Ways, b: Ways): Ways {
  return { factor: a.factor * b.factor, degree: a.degree + b.degree };
}

function added(a: Ways, b: Ways): Ways {
  return { factor: a.factor + b.factor, degree: Math.max(a.degree, b.degree) };
}

/** The longest text for which even exponentially many ways are few. */
function shortText(tree: Tree): number {
  const starts = (length: number) => (startsAtStart(tree) ? 1 : length + 1);
  let length = -1;
  while (length < 64 && waysIn(tree, length + 1) * starts(length + 1) <= affordable) length++;
  return length;
}

/** An upper bound, as `ways`, for a text of this length. */
function waysIn(tree: Tree, length: number): number {
  switch (tree.kind) {
    case 'sequence':
      return tree.items.reduce((product, item) => product * waysIn(item, length), 1);
    case 'choice':
      return tree.options.reduce((sum, option) => sum + waysIn(option, length), 0);
    case 'group':
    case 'look':
      return waysIn(tree.item, length);
    case 'repeat': {
      // A repetition without end is ended by a turn that takes nothing; others may have all their turns so.
      const empty = shortest(tree.item) === 0 && tree.max < Number.POSITIVE_INFINITY;
      const turns = empty ? tree.max : Math.min(tree.max, length);
      const item = waysIn(tree.item, length);
      return item === 1 ? turns + 1 : (item + 1) ** turns;
    }
    case 'reference':
      return length + 1;
    default:
      return 1;
  }
}

/** Characters that one way walks over without a choice. */
function walked(tree: Tree): number {
  switch (tree.kind) {
    case 'characters':
    case 'at':
    case 'reference':
      return 1;
    case 'sequence':
      return tree.items.reduce((sum, item) => sum + walked(item), 0);
    case 'choice':
      return Math.max(...tree.options.map(walked));
    case 'repeat':
      return Math.max(1, tree.min) * walked(tree.item);
    default:
      return walked(tree.item);
  }
}

/** Whether every match begins at the start of the text, and V8 sees that. */
function startsAtStart(tree: Tree): boolean {
  switch (tree.kind) {
    case 'at':
      return tree.place === 'start';
    case 'group':
      return startsAtStart(tree.item);
    case 'choice':
      return tree.options.every(startsAtStart);
    case 'sequence': {
      const first = tree.items[0];
      return first !== undefined && startsAtStart(first);
    }
    default:
      return false;
  }
}
