import type { Source } from './source.js';

const letters: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };

/** The one character that an escape stands for. */
export function readCharacter(source: Source): number {
  const hex = source.match(/\\x(?:\{([0-9A-Fa-f]{1,4})\}|([0-9A-Fa-f]{0,2}))/y);
  if (hex) return Number.parseInt(hex[1] ?? (hex[2] || '0'), 16);
  const octal = source.match(/\\(?:o\{([0-7]{1,6})\}|(0[0-7]{0,2}|[0-7]{2,3}))/y);
  if (octal) return byte(Number.parseInt((octal[1] ?? octal[2])!, 8), octal[0]);
  const control = source.match(/\\c([\x20-\x7e])/y)?.[1];
  if (control) return control.toUpperCase().charCodeAt(0) ^ 64;
  const [written, letter] = source.match(/\\([\s\S])/y) ?? [];
  if (letter === undefined) throw new Error('\\ at end of pattern');
  if (!/[A-Za-z0-9]/.test(letter)) return letter.charCodeAt(0);
  const code = letters[letter];
  if (code === undefined) throw new Error(`"${written}" is not understood`);
  return code;
}

function byte(code: number, written: string): number {
  if (code > 255) throw new Error(`"${written}" is no byte`);
  return code;
}

/**
 * `\1`, `\g{-1}`, `\k<name>` and their other spellings. A number of two digits and more that no group has yet
 * is an octal character.
 */
export function readReference(
  source: Source,
  groupsSoFar: number,
): { readonly group: number | string; readonly written: string } | undefined {
  const named =
    source.match(/\\k(?:<(\w+)>|\{(\w+)\}|'(\w+)')/y) ?? source.match(/\\g\{([A-Za-z_]\w*)\}/y);
  if (named) return { group: (named[1] ?? named[2] ?? named[3])!, written: named[0] };
  const old = source.match(/\(\?P=(\w+)\)/y);
  if (old) return { group: old[1]!, written: old[0] };
  const numbered = source.match(/\\g(?:\{(-?\d+)\}|(-?\d+))/y);
  if (numbered) {
    const number = Number(numbered[1] ?? numbered[2]);
    return { group: number < 0 ? groupsSoFar + 1 + number : number, written: numbered[0] };
  }
  const digits = /^\\([1-9]\d*)/.exec(source.rest(8))?.[1];
  if (digits === undefined || (digits.length > 1 && Number(digits) > groupsSoFar)) return undefined;
  source.skip(digits.length + 1);
  return { group: Number(digits), written: `\\${digits}` };
}
