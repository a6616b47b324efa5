import { agreesWithPcre, longestForV8 } from './cost.js';
import { type Engine, linearEngine } from './linear.js';
import { parsePattern } from './parse.js';
import { printPattern } from './print.js';
import { writtenOut } from './syntax.js';
import { timed } from './timed.js';

/** What a pattern took: the whole and its groups, `index`, and `groups` by name. */
export type PatternMatch = RegExpExecArray;

/** A regular expression of the configuration, for texts that clients choose: every match ends soon. */
export class Pattern implements Engine {
  readonly #quick: RegExp;
  /** The longest text for which V8's engine is known to be quick. */
  readonly #longest: number;
  readonly #careful: Engine;

  constructor(quick: RegExp, longest: number, careful: Engine) {
    this.#quick = quick;
    this.#longest = longest;
    this.#careful = careful;
  }

  /** @throws MatchTimeout where the pattern has no linear form. */
  test(text: string): boolean {
    return text.length <= this.#longest ? this.#quick.test(text) : this.#careful.test(text);
  }

  /** @throws MatchTimeout where the pattern has no linear form. */
  exec(text: string): PatternMatch | null {
    return text.length <= this.#longest ? this.#quick.exec(text) : this.#careful.exec(text);
  }
}

/** PCRE has a limit of this order. V8 has one too, and speaks of it at the first match only. */
const largest = 30_000;

interface PatternOptions {
  readonly ignoreCase?: boolean;
}

/** @throws Error with the reason where the pattern is wrong. */
export function compilePattern(source: string, options: PatternOptions = {}): Pattern {
  return examine(source, options).pattern;
}

/** Why texts can make a pattern take exponentially or polynomially long; undefined where none can. */
export function whyNotLinear(source: string, options: PatternOptions = {}): string | undefined {
  return examine(source, options).reason;
}

function examine(source: string, { ignoreCase = false }: PatternOptions) {
  const tree = parsePattern(source, { ignoreCase });
  if (writtenOut(tree) > largest) throw new Error('it is too large');
  const quick = new RegExp(printPattern(tree, 'v8'));
  const longest = longestForV8(tree);
  const agrees = agreesWithPcre(tree);
  if (longest === Number.POSITIVE_INFINITY && agrees)
    return { pattern: new Pattern(quick, longest, quick) };
  const linear = linearEngine(tree);
  if (typeof linear !== 'string')
    return { pattern: new Pattern(quick, agrees ? longest : -1, linear) };
  const reason = longest < Number.POSITIVE_INFINITY ? linear : undefined;
  return { pattern: new Pattern(quick, longest, watched(quick, source)), reason };
}

function watched(quick: RegExp, source: string): Engine {
  return {
    test: (text) => timed(source, () => quick.test(text)),
    exec: (text) => timed(source, () => quick.exec(text)),
  };
}
