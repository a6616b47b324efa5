import { readBracket } from './bracket.js';
import {
  anyCharacter,
  type Characters,
  notLineFeed,
  one,
  shorthands,
  withBothCases,
} from './characters.js';
import { readCharacter, readReference } from './escapes.js';
import { changedFlags, type Flags } from './flags.js';
import { type Groups, resolved } from './groups.js';
import { Source } from './source.js';
import type { LookSign, Tree } from './syntax.js';

/**
 * Reads a regular expression of Apache: PCRE2 over bytes, with Apache's default options DOTALL and DOLLAR_ENDONLY.
 * Throws an Error with the reason where it is wrong, or has something that cannot be matched as PCRE would.
 */
export function parsePattern(text: string, options: { readonly ignoreCase: boolean }): Tree {
  const groups: Groups = { count: 0, names: new Map(), references: [] };
  const parser = new Parser(new Source(text), groups);
  const tree = parser.choice({
    ignoreCase: options.ignoreCase,
    dotTakesLineFeed: true,
    extended: false,
  });
  if (!parser.source.over) throw new Error('unmatched ")"');
  return resolved(tree, groups);
}

class Parser {
  readonly source: Source;
  readonly #groups: Groups;
  #depth = 0;

  constructor(source: Source, groups: Groups) {
    this.source = source;
    this.#groups = groups;
  }

  /** Up to the end of the group, or of everything. */
  choice(start: Flags): Tree {
    if (++this.#depth > 200) throw new Error('groups are nested more than 200 deep');
    let flags = start;
    const options: Tree[] = [];
    let items: Tree[] = [];
    while (!this.source.over && this.source.next !== ')') {
      if (this.source.take('|')) {
        options.push(sequence(items));
        items = [];
        continue;
      }
      const changed = this.#flags(flags);
      if (changed) flags = changed;
      else this.#item(flags, items);
    }
    this.#depth--;
    options.push(sequence(items));
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  /** `(?i)`, `(?-s)` and the like. */
  #flags(flags: Flags): Flags | undefined {
    const found = this.source.match(/\(\?([a-zA-Z^-]*)\)/y);
    return found && changedFlags(flags, found[1]!, found[0]);
  }

  #item(flags: Flags, items: Tree[]): void {
    const { source } = this;
    if (source.match(/\(\?#[^)]*\)/y)) return;
    if (flags.extended && source.match(/\s+|#[^\n]*/y)) return;
    if (source.match(/\\E/y)) return;
    const quoted = source.match(/\\Q([\s\S]*?)(?:\\E|$)/y);
    if (quoted) {
      const letters = [...quoted[1]!].map((letter) => this.#literal(letter, flags));
      const last = letters.pop();
      items.push(...letters, ...(last ? [this.#repeated(last, flags)] : []));
      return;
    }
    items.push(this.#repeated(this.#atom(flags), flags));
  }

  #atom(flags: Flags): Tree {
    const { source } = this;
    const letter = source.next!;
    if (letter === '(' && source.rest(4) !== '(?P=') return this.#group(flags);
    if (letter === '\\' || letter === '(') return this.#escape(flags);
    if (letter === '[' && source.match(/\[(?=[\s\S])/y)) {
      const set = readBracket(source, flags.ignoreCase);
      return { kind: 'characters', set };
    }
    if (/[*+?]/.test(letter) || quantifier.test(source.rest(16)))
      throw new Error('nothing to repeat');
    source.skip(1);
    if (letter === '^') return { kind: 'at', place: 'start' };
    if (letter === '$') return { kind: 'at', place: 'end' };
    if (letter === '.')
      return { kind: 'characters', set: flags.dotTakesLineFeed ? anyCharacter : notLineFeed };
    return this.#literal(letter, flags);
  }

  #group(flags: Flags): Tree {
    const { source } = this;
    const look = source.match(/\((\?<?[=!])/y);
    if (look) {
      const sign = look[1] as LookSign;
      return { kind: 'look', sign, item: this.#closed(flags) };
    }
    const inline = source.match(/\(\?([a-zA-Z^-]*):/y);
    if (inline) return this.#closed(changedFlags(flags, inline[1]!, inline[0]));
    const named = source.match(/\(\?(?:P?<(\w+)>|'(\w+)')/y);
    if (!named && source.match(/\((?=[?*])/y))
      throw new Error(`"(${source.rest(2)}" is not understood`);
    if (!named) source.skip(1);
    const name = named && (named[1] ?? named[2])!;
    const number = ++this.#groups.count;
    if (name !== undefined) {
      if (/^\d/.test(name)) throw new Error(`a group cannot be named "${name}"`);
      if (this.#groups.names.has(name)) throw new Error(`two groups are named "${name}"`);
      this.#groups.names.set(name, number);
    }
    return { kind: 'group', ...(name !== undefined && { name }), item: this.#closed(flags) };
  }

  #closed(flags: Flags): Tree {
    const item = this.choice(flags);
    if (!this.source.take(')')) throw new Error('unterminated group');
    return item;
  }

  #escape(flags: Flags): Tree {
    const { source } = this;
    const place = source.match(/\\([AbBzZ])/y)?.[1];
    if (place) return places[place]!;
    const reference = readReference(source, this.#groups.count);
    if (reference) {
      const { group, written } = reference;
      if (flags.ignoreCase)
        throw new Error(`"${written}" is not understood where upper and lower case are the same`);
      this.#groups.references.push({ group, written });
      // A name is looked up when all groups are known; see `resolved`.
      return { kind: 'reference', group: typeof group === 'number' ? group : -1, written };
    }
    const shorthand = source.match(/\\([dDwWsShHvVN])/y)?.[1];
    if (shorthand) return { kind: 'characters', set: shorthands[shorthand]! };
    return characters(one(readCharacter(source)), flags);
  }

  #literal(letter: string, flags: Flags): Tree {
    return characters(one(letter.charCodeAt(0)), flags);
  }

  #repeated(item: Tree, flags: Flags): Tree {
    if (flags.extended) this.source.match(/(?:\s+|#[^\n]*)+/y);
    const found = this.source.match(quantifierHere);
    if (!found) return item;
    const [written, sign, least, comma, most] = found;
    const limits = sign ? simple[sign]! : between(least!, comma, most);
    if (limits.min > limits.max) throw new Error('numbers out of order in {} quantifier');
    if (this.source.take('+'))
      throw new Error(`"${written}+" (which never gives back) is not understood`);
    const lazy = this.source.take('?');
    if (this.source.match(quantifierHere)) throw new Error('nothing to repeat');
    return { kind: 'repeat', item, ...limits, lazy };
  }
}

const quantifier = /^\{\d+(?:,\d*)?\}/;
const quantifierHere = /([*+?])|\{(\d+)(,(\d*))?\}/y;
const simple: Readonly<Record<string, { min: number; max: number }>> = {
  '*': { min: 0, max: Number.POSITIVE_INFINITY },
  '+': { min: 1, max: Number.POSITIVE_INFINITY },
  '?': { min: 0, max: 1 },
};

function between(least: string, comma?: string, most?: string): { min: number; max: number } {
  const min = Number(least);
  const max = comma === undefined ? min : most ? Number(most) : Number.POSITIVE_INFINITY;
  if (min > 65_535 || (Number.isFinite(max) && max > 65_535))
    throw new Error('number too big in {} quantifier');
  return { min, max };
}

const places: Readonly<Record<string, Tree>> = {
  A: { kind: 'at', place: 'start' },
  z: { kind: 'at', place: 'end' },
  b: { kind: 'at', place: 'word-edge' },
  B: { kind: 'at', place: 'no-word-edge' },
  Z: {
    kind: 'look',
    sign: '?=',
    item: {
      kind: 'sequence',
      items: [
        {
          kind: 'repeat',
          item: { kind: 'characters', set: one(10) },
          min: 0,
          max: 1,
          lazy: false,
        },
        { kind: 'at', place: 'end' },
      ],
    },
  },
};

function characters(set: Characters, { ignoreCase }: Flags): Tree {
  return { kind: 'characters', set: ignoreCase ? withBothCases(set) : set };
}

function sequence(items: readonly Tree[]): Tree {
  return items.length === 1 ? items[0]! : { kind: 'sequence', items };
}
