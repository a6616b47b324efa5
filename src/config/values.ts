import { isIP } from 'node:net';
import { posix } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Stated } from '../base/span.js';
import { whyNotLinear } from '../patterns/pattern.js';
import { type Call, invalid } from './declaration.js';

/** The value of a word, with the place of the word. */
export function stated<T>(word: Stated<string>, value: T): Stated<T> {
  return { value, at: word.at };
}

/** A whole number between two limits; nothing else may stand in the word. */
export function integer(
  word: Stated<string>,
  rule: {
    readonly what: string;
    readonly min: number;
    readonly max?: number;
    readonly hint?: string;
  },
): Stated<number> {
  const max = rule.max ?? Number.MAX_SAFE_INTEGER;
  const value = /^-?\d+$/.test(word.value) ? Number(word.value) : Number.NaN;
  if (value >= rule.min && value <= max) return stated(word, value);
  const range =
    rule.max === undefined
      ? `a whole number, ${rule.min} or more`
      : `a whole number from ${rule.min} to ${rule.max}`;
  throw invalid(word, `${rule.what} must be ${range}`, rule.hint);
}

/** `On` or `Off` in any case. */
export function flag(word: Stated<string>, what: string): Stated<boolean> {
  const value = word.value.toLowerCase();
  if (value === 'on' || value === 'off') return stated(word, value === 'on');
  throw invalid(word, `${what} must be one of: Off | On`);
}

/** A path, absolute or relative to ServerRoot; a trailing slash is kept. */
export function path(call: Call, word: Stated<string>): Stated<string> {
  return stated(word, absolutePath(call, word));
}

export function absolutePath(call: Call, word: Stated<string>): string {
  if (word.value === '') throw invalid(word, `${call.name}: the path must not be empty`);
  if (word.value.includes('\0')) throw invalid(word, `${call.name}: a path has no NUL`);
  return word.value.startsWith('/')
    ? posix.normalize(word.value)
    : posix.join(call.evaluation.serverRoot, word.value);
}

/** The target of a regular expression form: `$1` may stand anywhere, so only a plain start is resolved. */
export function targetPath(call: Call, word: Stated<string>): string {
  return /^\$\d/.test(word.value) ? word.value : absolutePath(call, word);
}

/** A regular expression, as written. What clients could make slow is said. */
export function regex(call: Call, word: Stated<string>, ignoreCase = false): string {
  let reason: string | undefined;
  try {
    reason = whyNotLinear(word.value, { ignoreCase });
  } catch (error) {
    throw invalid(
      word,
      `${call.name}: regular expression could not be compiled, ${(error as Error).message}`,
    );
  }
  if (reason) call.evaluation.diagnostics.push(slowPattern(call, word, reason));
  return word.value;
}

function slowPattern(call: Call, word: Stated<string>, reason: string): Diagnostic {
  return diagnostic(
    'slow-pattern',
    `${call.name}: clients can make the pattern slow, since ${reason}, got "${word.value}"`,
    {
      at: word.at,
      hint: 'begin it with "^" and repeat less, or write it without what is named',
    },
  );
}

/** `host:port`, `[v6]:port`, `host`, `[v6]` cut in two; the port is text. */
export function splitPort(text: string): { readonly host: string; readonly port?: string } {
  const found = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(text);
  if (!found) return { host: text };
  return { host: found[1]!, ...(found[2] !== undefined && { port: found[2] }) };
}

/** An IP address, IPv6 in brackets, to the bare address. */
export function bareAddress(text: string): string | undefined {
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed : undefined;
  return isIP(text) === 4 ? text : undefined;
}
