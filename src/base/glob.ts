/** Whether a name holds shell wildcards: `*`, `?`, or `[` with its `]`; a backslash takes the next letter's meaning. */
export function hasWildcards(text: string): boolean {
  return /[*?]|\[[^\]]*\]/.test(text.replace(/\\[\s\S]/g, ''));
}

type Piece =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'set'; readonly not: boolean; readonly holds: (letter: string) => boolean };

/**
 * A pattern of `*`, `?`, `[…]` and `\`, as fnmatch(3) reads it with FNM_PATHNAME: it must match the whole text,
 * and no wildcard matches `/`. Takes time in proportion to both lengths at worst, whatever the text is.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const pieces = parse(pattern);
  return (text) => {
    let [at, piece] = [0, 0];
    // Where the last star stands, and how much of the text it has taken: the only place to go back to.
    let [star, taken] = [-1, 0];
    while (at < text.length || piece < pieces.length) {
      const here = pieces[piece];
      if (here?.kind === 'star') {
        [star, taken] = [piece++, at];
      } else if (here && at < text.length && fits(here, text[at] as string)) {
        at++;
        piece++;
      } else if (star >= 0 && taken < text.length && text[taken] !== '/') {
        at = ++taken;
        piece = star + 1;
      } else return false;
    }
    return true;
  };
}

function fits(piece: Piece, letter: string): boolean {
  switch (piece.kind) {
    case 'letter':
      return piece.letter === letter;
    case 'set':
      return letter !== '/' && piece.holds(letter) !== piece.not;
    default:
      return letter !== '/';
  }
}

function parse(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at] as string;
    const set =
      letter === '['
        ? /^\[[!^]?\]?(?:\\[\s\S]|[^\]\\])*\]/.exec(pattern.slice(at))?.[0]
        : undefined;
    if (set) {
      pieces.push(parseSet(set));
      at += set.length - 1;
    } else if (letter === '*') pieces.push({ kind: 'star' });
    else if (letter === '?') pieces.push({ kind: 'any' });
    else if (letter === '\\' && at + 1 < pattern.length)
      pieces.push({ kind: 'letter', letter: pattern[++at] as string });
    else pieces.push({ kind: 'letter', letter });
  }
  return pieces;
}

function parseSet(set: string): Piece {
  const not = /^\[[!^]/.test(set);
  const items =
    set.slice(not ? 2 : 1, -1).match(/(?:\\[\s\S]|[^\\])(?:-(?:\\[\s\S]|[^\\]))?/g) ?? [];
  const ranges = items.map((item) => {
    const [from = '', to = from] = item.replace(/\\([\s\S])/g, '$1').split(/(?<=^.)-/s);
    return [from, to] as const;
  });
  const holds = (letter: string) => ranges.some(([from, to]) => from <= letter && letter <= to);
  return { kind: 'set', not, holds };
}
