/** POSIX classes as they stand within brackets. */
const posixClasses: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e',
  space: '\\s',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
};

/** Escapes of PCRE that are written differently in JavaScript. */
const translated: Readonly<Record<string, string>> = {
  A: '^',
  z: '$',
  Z: '$',
  h: '[ \\t]',
  a: '\\x07',
  e: '\\x1b',
};

/**
 * A regular expression as Apache understands it (PCRE) in the words of JavaScript, which reads some of
 * PCRE's words as plain letters. `(?i)` at the start becomes classes such as `[Aa]`.
 * Throws an Error with the reason where there is no such form, or where JavaScript refuses it.
 */
export function fromPcre(source: string): string {
  const flag = /^\(\?i\)/.exec(source)?.[0] ?? '';
  const ignoreCase = flag !== '';
  let result = '';
  for (let at = flag.length; at < source.length; ) {
    const part = nextPart(source, at);
    result += translate(part, ignoreCase);
    at += part.length;
  }
  try {
    new RegExp(result);
  } catch (error) {
    throw new Error(((error as Error).message.split(': ').at(-1) ?? '').toLowerCase());
  }
  return result;
}

/** An escape, a class in brackets, the opening of a named group, or one character. */
function nextPart(source: string, at: number): string {
  const rest = source.slice(at);
  const found =
    /^\\[kg](?:<[^>]*>|\{[^}]*\}|'[^']*')/.exec(rest) ??
    /^\\[\s\S]/.exec(rest) ??
    /^\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]/.exec(rest) ??
    /^\(\?P?<\w+>/.exec(rest) ??
    /^\(\?P=\w+\)/.exec(rest) ??
    /^\(\?[a-zA-Z-]+[:)]/.exec(rest);
  return found?.[0] ?? source[at]!;
}

function translate(part: string, ignoreCase: boolean): string {
  if (part.startsWith('\\')) return translatedEscape(part);
  if (part.startsWith('[') && part.length > 1) return bracketed(part, ignoreCase);
  if (part.startsWith('(?P=')) return `\\k<${part.slice(4, -1)}>`;
  if (part.startsWith('(?P<')) return `(?<${part.slice(4)}`;
  if (/^\(\?[a-zA-Z-]/.test(part))
    throw new Error(`flags are understood as (?i) at the start alone, not "${part}"`);
  return ignoreCase && part.length === 1 ? bothCases(part) : part;
}

function translatedEscape(part: string, within = false): string {
  const letter = part[1]!;
  if (/^[^A-Za-z]$/.test(letter) || /^[dDwWsStnrfvx]$/.test(letter)) return part;
  if (!within && /^[bBk]$/.test(letter)) return part;
  const other = translated[letter];
  if (other === undefined || (within && /[AzZ]/.test(letter)))
    throw new Error(`"\\${letter}" is not understood`);
  return within ? other.replace(/^\[|\]$/g, '') : other;
}

function bracketed(part: string, ignoreCase: boolean): string {
  const [, start, body] = /^(\[\^?)([\s\S]*)\]$/.exec(part)!;
  const items =
    body!.replace(/^\]/, '\\]').match(/\\[\s\S]|\[:\^?\w+:\]|[^\\](?:-(?!\[)[^\\\]])?/g) ?? [];
  return `${start}${items.map((item) => bracketItem(item, ignoreCase)).join('')}]`;
}

function bracketItem(item: string, ignoreCase: boolean): string {
  const posix = /^\[:(\^?\w+):\]$/.exec(item)?.[1];
  if (posix !== undefined) {
    const known = ignoreCase && /^(upper|lower)$/.test(posix) ? 'A-Za-z' : posixClasses[posix];
    if (known === undefined) throw new Error(`"[:${posix}:]" is not understood`);
    return known;
  }
  if (item.startsWith('\\')) return translatedEscape(item, true);
  if (!ignoreCase) return item;
  if (/^([a-z]-[a-z]|[A-Z]-[A-Z])$/.test(item)) return item.toLowerCase() + item.toUpperCase();
  return /^[a-zA-Z]$/.test(item) ? item.toLowerCase() + item.toUpperCase() : item;
}

function bothCases(letter: string): string {
  return /[a-zA-Z]/.test(letter) ? `[${letter.toUpperCase()}${letter.toLowerCase()}]` : letter;
}
