import type { Span, Stated } from '../base/span.js';
import { type LogicalLine, spanOf } from './lines.js';

/** The arguments of a directive as they were written: a part of its line. */
export interface ArgumentText {
  readonly line: LogicalLine;
  readonly from: number;
  readonly to: number;
}

export interface Words {
  readonly words: readonly Stated<string>[];
  /** Where a quote was opened and never closed. */
  readonly unclosed?: Span;
}

/** `name=value`, or a word that is none: then `name` is undefined. */
export interface Option {
  readonly name: Stated<string> | undefined;
  readonly value: Stated<string>;
  /** From the first letter of the name to the end of the value. */
  readonly at: Span;
  readonly closed: boolean;
}

/** All words of the arguments, by the rules of Apache's `ap_getword_conf`. */
export function splitWords(text: ArgumentText): Words {
  const words: Stated<string>[] = [];
  for (let from = skipBlanks(text, text.from); from < text.to; ) {
    const word = wordAt(text, from);
    if (!word.closed) return { words, unclosed: spanOf(text.line, from, from + 1) };
    words.push({ value: word.value, at: spanOf(text.line, from, word.end) });
    from = skipBlanks(text, word.end);
  }
  return { words };
}

/** The words from `from` on read as options, by mod_wsgi's rule: no blanks around `=`, value may be quoted. */
export function splitOptions(text: ArgumentText): readonly Option[] {
  const options: Option[] = [];
  for (let from = skipBlanks(text, text.from); from < text.to; ) {
    const name = /^[^\s="']+(?==)/.exec(text.line.text.slice(from, text.to))?.[0];
    const valueFrom = name === undefined ? from : from + name.length + 1;
    const word = wordAt(text, valueFrom);
    options.push({
      name:
        name === undefined
          ? undefined
          : { value: name, at: spanOf(text.line, from, from + name.length) },
      value: { value: word.value, at: spanOf(text.line, valueFrom, word.end) },
      at: spanOf(text.line, from, word.end),
      closed: word.closed,
    });
    from = skipBlanks(text, word.end);
  }
  return options;
}

/** The arguments after the first `count` words. */
export function afterWords(text: ArgumentText, count: number): ArgumentText {
  let from = skipBlanks(text, text.from);
  for (let index = 0; index < count && from < text.to; index++)
    from = skipBlanks(text, wordAt(text, from).end);
  return { ...text, from };
}

function skipBlanks(text: ArgumentText, from: number): number {
  let at = from;
  while (at < text.to && /\s/.test(text.line.text[at]!)) at++;
  return at;
}

/**
 * One word: up to a blank, or between quotes. In quotes a backslash stands before the quote or a
 * backslash; outside of them only before a backslash; anywhere else it is a character like others.
 */
function wordAt(text: ArgumentText, from: number): { value: string; end: number; closed: boolean } {
  const all = text.line.text;
  const quote = from < text.to && /["']/.test(all[from]!) ? all[from] : undefined;
  let value = '';
  let at = quote ? from + 1 : from;
  for (; at < text.to; at++) {
    const letter = all[at]!;
    const next = at + 1 < text.to ? all[at + 1] : undefined;
    if (quote ? letter === quote : /\s/.test(letter)) break;
    if (letter === '\\' && (next === '\\' || (quote && next === quote))) at++;
    value += all[at];
  }
  const closed = !quote || at < text.to;
  return { value, end: quote && closed ? at + 1 : at, closed };
}
