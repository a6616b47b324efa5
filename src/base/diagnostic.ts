import { type Code, catalogue, type Severity } from './codes.js';
import { formatSpan, type Span } from './span.js';

export type { Severity };

/** One thing to say about a configuration or a machine. Diagnostics are data; printing is elsewhere. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  /** One sentence, lower case: what was attempted, for which named thing, what was found. */
  readonly message: string;
  readonly at?: Span;
  /** The way out: a line to write or a command to run. */
  readonly hint?: string;
  /** Other places that belong to it, such as the first of two definitions. */
  readonly related?: readonly { readonly message: string; readonly at: Span }[];
}

/** Builds a diagnostic of the severity that the catalogue gives its code. */
export function diagnostic(
  code: Code,
  message: string,
  rest: Omit<Diagnostic, 'code' | 'severity' | 'message'> = {},
): Diagnostic {
  return { code, severity: catalogue[code].severity, message, ...rest };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((found) => found.severity === 'error');
}

/**
 * The text of one diagnostic for a terminal, without colours:
 *
 *     app.conf:3:20: error: processes must be 1 or more, got "0" [invalid-value]
 *       WSGIDaemonProcess a processes=0
 *                         ~~~~~~~~~~~~~ (caret line)
 *       hint: leave processes= out for a single process
 */
export function formatDiagnostic(found: Diagnostic): string {
  const lines = [
    `${found.at ? `${formatSpan(found.at)}: ` : ''}${found.severity}: ${found.message} [${found.code}]`,
  ];
  if (found.at) lines.push(...excerpt(found.at), ...includeChain(found.at));
  for (const other of found.related ?? []) {
    lines.push(`  ${formatSpan(other.at)}: ${other.message}`, ...excerpt(other.at));
  }
  if (found.hint)
    lines.push(
      ...found.hint
        .split('\n')
        .map((line, index) => (index === 0 ? `  hint: ${line}` : `        ${line}`)),
    );
  return lines.join('\n');
}

function excerpt(at: Span): string[] {
  if (at.text === '') return [];
  const { shown, column } = readable(at);
  const width = Math.max(1, Math.min(column + at.endColumn - at.column, shown.length + 1) - column);
  return [`    ${shown}`, `    ${' '.repeat(column - 1)}${'^'.repeat(width)}`];
}

/** Characters of a line that an excerpt shows at most. */
const longestExcerpt = 240;

/** The line, or the part of a very long one that is spoken of. */
function readable({ text, column }: Span): { shown: string; column: number } {
  const shown = text.replaceAll('\t', ' ');
  if (shown.length <= longestExcerpt) return { shown, column };
  const from = Math.max(0, Math.min(column - 40, shown.length - longestExcerpt));
  const part = shown.slice(from, from + longestExcerpt);
  const cut = from + longestExcerpt < shown.length ? '…' : '';
  return from === 0
    ? { shown: `${part}${cut}`, column }
    : { shown: `…${part}${cut}`, column: column - from + 1 };
}

function includeChain(at: Span): string[] {
  const lines: string[] = [];
  for (let from = at.includedFrom; from; from = from.includedFrom)
    lines.push(`    included from ${formatSpan(from)}`);
  return lines;
}
