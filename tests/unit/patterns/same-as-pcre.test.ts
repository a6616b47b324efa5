import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreesWithPcre } from '../../../src/patterns/cost.js';
import { linearEngine } from '../../../src/patterns/linear.js';
import { parsePattern } from '../../../src/patterns/parse.js';
import { printPattern } from '../../../src/patterns/print.js';
import { shortest, some, type Tree } from '../../../src/patterns/syntax.js';
import { openPcre2 } from '../../support/pcre2.js';
import { numbersFrom } from '../../support/random.js';

const pcre = openPcre2();
const rounds = 4000;
const textsEach = 6;

test(`${rounds} random patterns give the matches and groups of PCRE, by either engine`, {
  skip: typeof pcre === 'string' && pcre,
}, () => {
  if (typeof pcre === 'string') return;
  const numbers = numbersFrom(20_261_124);
  const random: Random = (below) => Math.floor(numbers() * below);
  const compared = { v8: 0, linear: 0 };
  for (let round = 0; round < rounds; round++) {
    const source = randomPattern(random, 4);
    const matchPcre = pcre.compile(source);
    assert.ok(matchPcre, `PCRE refuses ${source}`);
    const tree = parsePattern(source, { ignoreCase: false });
    const v8 = agreesWithPcre(tree) ? new RegExp(printPattern(tree, 'v8')) : undefined;
    const linear = linearEngine(tree);
    assert.ok(typeof linear !== 'string', `${source}: ${linear}`);
    for (let turn = 0; turn < textsEach; turn++) {
      const text = randomText(random);
      const expected = taken(matchPcre(text), text);
      const place = JSON.stringify([source, text]);
      if (v8) {
        compared.v8++;
        assert.deepEqual(groups(v8.exec(text)), expected, `V8: ${place}`);
      }
      compared.linear++;
      if (takesEmptyTurns(tree)) assert.equal(linear.test(text), expected !== undefined, place);
      else assert.deepEqual(groups(linear.exec(text)), expected, `linear: ${place}`);
    }
  }
  assert.ok(compared.v8 > rounds && compared.linear > rounds, JSON.stringify(compared));
});

/**
 * In a repetition of something that can be empty, as in `(a*)*`, the last turn of PCRE may take nothing where that of
 * the linear engine takes what came before: the text matches or not as in PCRE, the groups may differ.
 */
function takesEmptyTurns(tree: Tree): boolean {
  return some(tree, (part) => part.kind === 'repeat' && shortest(part.item) === 0);
}

function taken(offsets: readonly number[] | undefined, text: string) {
  if (!offsets) return undefined;
  const parts = Array.from({ length: offsets.length / 2 }, (_, index) => {
    const [from, to] = [offsets[2 * index]!, offsets[2 * index + 1]!];
    return from < 0 ? undefined : text.slice(from, to);
  });
  return { at: offsets[0], parts };
}

function groups(match: RegExpExecArray | null) {
  return match ? { at: match.index, parts: [...match] } : undefined;
}

type Random = (below: number) => number;

const atoms = [
  'a',
  'b',
  'x',
  '/',
  '.',
  '\\w',
  '\\s',
  '\\d',
  '[ab]',
  '[^a]',
  '\\n',
  '(?i:A)',
  '$',
  '^',
  '\\b',
];
const repeats = ['*', '+', '?', '{2}', '{1,2}', '{0,2}', '*?', '+?', '??'];
const letters = ['a', 'a', 'b', 'x', '/', ' ', 'A', '\n', '1', '\xe9'];

function randomPattern(random: Random, depth: number): string {
  const pick = (list: readonly string[]) => list[random(list.length)]!;
  const below = () => randomPattern(random, depth - 1);
  const choice = depth <= 0 ? 0 : random(9);
  if (choice < 2) return pick(atoms);
  if (choice < 4) return below() + below();
  if (choice < 6) return `(?:${below()}|${below()})`;
  if (choice === 6) return `(${below()})`;
  if (choice === 7) return `(?:${below()})${pick(repeats)}`;
  return `(${below()})${pick(repeats)}`;
}

function randomText(random: Random): string {
  return Array.from({ length: random(10) }, () => letters[random(letters.length)]).join('');
}
