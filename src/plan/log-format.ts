import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span, Stated } from '../base/span.js';
import type { FormatPart } from './plan.js';

/** The formats that every distribution's apache2.conf defines; the first is what CustomLog uses unstated. */
export const predefinedFormats: Readonly<Record<string, string>> = {
  common: '%h %l %u %t "%r" %>s %b',
  combined: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  vhost_combined: '%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"',
};

/** Letters that stand alone; those of `withArgument` need `{…}`, `%t`, `%T`, `%p`, `%P` and `%a` may have it. */
const letters = new Set('hlutrsbBOIDTmUqHvVpPaAfLkX');
const withArgument = new Set('ioeC');
const mayHaveArgument = new Set('tTpPahu');

/** The modifiers between `%` and the letter, in any order. */
const modifiersAt = /(?:[!<>,\d]|\{[^}]*\})*/y;

/**
 * A LogFormat (mod_log_config) as parts; `field` is the letter. Unknown letters are errors at their place.
 */
export function parseLogFormat(
  text: string,
  at: Span,
): { parts: FormatPart[]; diagnostics: Diagnostic[] } {
  const parts: FormatPart[] = [];
  const diagnostics: Diagnostic[] = [];
  let end = 0;
  const literal = (written: string) => {
    const last = parts.at(-1);
    if (typeof last === 'string') parts[parts.length - 1] = last + written;
    else if (written !== '') parts.push(written);
  };
  for (const found of matches(text)) {
    literal(unescaped(text.slice(end, found.index)));
    end = found.index + found.source.length;
    if (found.source === '%%') literal('%');
    else {
      const wrong = whatIsWrong(found);
      if (wrong) diagnostics.push(unknown(wrong, found.source, at));
      else parts.push(field(found));
    }
  }
  literal(unescaped(text.slice(end)));
  return { parts, diagnostics };
}

/** All formats of one host by nickname. */
export function knownFormats(
  ...scopes: readonly ReadonlyMap<string, Stated<string>>[]
): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(predefinedFormats),
    ...scopes.flatMap((scope) => [...scope].map(([name, { value }]) => [name, value] as const)),
  ]);
}

interface Found {
  readonly index: number;
  readonly source: string;
  readonly modifiers: string;
  readonly letter: string;
}

function* matches(text: string): Generator<Found> {
  for (let index = text.indexOf('%'); index >= 0; ) {
    modifiersAt.lastIndex = index + 1;
    const [modifiers = ''] = modifiersAt.exec(text) ?? [];
    const letter = text.slice(index + 1 + modifiers.length)[0] ?? '';
    const source = `%${modifiers}${letter}`;
    yield { index, source, modifiers, letter };
    index = text.indexOf('%', index + source.length);
  }
}

function whatIsWrong({ letter, modifiers }: Found): string | undefined {
  if (letter === '') return 'the format ends after "%"';
  const argument = modifiers.includes('{');
  if (withArgument.has(letter))
    return argument ? undefined : `%${letter} needs a name, as in %{Referer}${letter}`;
  if (!letters.has(letter)) return `%${letter} is no field of a log line`;
  return argument && !mayHaveArgument.has(letter) ? `%${letter} takes no {…}` : undefined;
}

function field({ letter, modifiers }: Found): FormatPart {
  const argument = /\{([^}]*)\}/.exec(modifiers)?.[1];
  const rest = modifiers.replace(/\{[^}]*\}/, '');
  const codes = (rest.match(/\d+/g) ?? []).map(Number);
  return {
    field: letter,
    ...(argument !== undefined && { argument }),
    ...(rest.includes('>') && { final: true }),
    ...(rest.includes('<') && { final: false }),
    ...(codes.length > 0 && { statuses: { not: rest.includes('!'), codes } }),
  };
}

/** In literal text `\n`, `\t`, `\r` and `\\` are known, any other backslash stands for itself. */
function unescaped(text: string): string {
  const known: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };
  return text.replace(/\\([ntr\\])/g, (_, letter: string) => known[letter]!);
}

function unknown(message: string, source: string, at: Span): Diagnostic {
  const index =
    source === '%'
      ? at.text.lastIndexOf('%', at.endColumn - 1)
      : at.text.indexOf(source, at.column - 1);
  const place = index < 0 ? at : { ...at, column: index + 1, endColumn: index + 1 + source.length };
  return diagnostic('invalid-value', `log format: ${message}`, {
    at: place,
    hint: 'write %% for a percent sign',
  });
}
