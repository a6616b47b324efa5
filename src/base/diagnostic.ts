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
  const shown = at.text.replaceAll('\t', ' ');
  const width = Math.max(1, Math.min(at.endColumn, shown.length + 1) - at.column);
  return [`    ${shown}`, `    ${' '.repeat(at.column - 1)}${'^'.repeat(width)}`];
}

function includeChain(at: Span): string[] {
  const lines: string[] = [];
  for (let from = at.includedFrom; from; from = from.includedFrom)
    lines.push(`    included from ${formatSpan(from)}`);
  return lines;
}
