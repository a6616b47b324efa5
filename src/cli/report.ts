import { type Diagnostic, formatDiagnostic, type Severity } from '../base/diagnostic.js';
import { formatSpan } from '../base/span.js';

/** All diagnostics as text, with a blank line between; empty without any. */
export function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: { shortNotes: boolean },
): string {
  return diagnostics
    .map((found) =>
      options.shortNotes && found.severity === 'note' ? shortNote(found) : formatDiagnostic(found),
    )
    .map((text) => `${text}\n`)
    .join('');
}

/** `2 errors, 1 warning`; empty where there is neither. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity) =>
    diagnostics.filter((found) => found.severity === severity).length;
  return [plural(count('error'), 'error'), plural(count('warning'), 'warning')]
    .filter((part) => part !== '')
    .join(', ');
}

function shortNote({ at, message }: Diagnostic): string {
  return `${at ? `${formatSpan(at)}: ` : ''}note: ${message}`;
}

function plural(count: number, word: string): string {
  if (count === 0) return '';
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
