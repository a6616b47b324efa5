import { createRequire } from 'node:module';
import { printPattern } from './print.js';
import { some, type Tree } from './syntax.js';

/** An engine; `exec` as that of RegExp, without flags. */
export interface Engine {
  test(text: string): boolean;
  exec(text: string): RegExpExecArray | null;
}

/**
 * The tree for re2js, whose time is proportional to the text whatever stands in it.
 * A string says why it cannot be used.
 */
export function linearEngine(tree: Tree): Engine | string {
  const strange = whatIsNotRegular(tree);
  if (strange) return strange;
  try {
    const compiled = load().RE2JS.compile(printPattern(tree, 're2'));
    return {
      test: (text) => compiled.test(text),
      // Its automaton for yes or no is ten times as fast, and most texts do not match.
      exec: (text) =>
        compiled.test(text) ? (compiled.exec(text) as RegExpExecArray | null) : null,
    };
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    return `it is too large for a linear engine (${reason})`;
  }
}

type Library = typeof import('re2js');
let loaded: Library | undefined;

/** Most configurations do without: some milliseconds of each start, and memory. */
function load(): Library {
  loaded ??= createRequire(import.meta.url)('re2js') as Library;
  return loaded;
}

function whatIsNotRegular(tree: Tree): string | undefined {
  let found: string | undefined;
  some(tree, (part) => {
    if (part.kind === 'look') found ??= `it looks around with "(${part.sign}"`;
    if (part.kind === 'reference') found ??= `it refers back with "${part.written}"`;
    return found !== undefined;
  });
  return found;
}
