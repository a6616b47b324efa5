import type { Code } from '../base/codes.js';
import { type Diagnostic, formatDiagnostic, type Severity } from '../base/diagnostic.js';
import { formatSpan, type Span } from '../base/span.js';
import { type Colors, paintDiagnostics } from './colors.js';

/**
 * All diagnostics as text; empty without any. Directives without effect, of which every stock file has a
 * dozen, share one note at the end; what is skipped has one line for each section.
 */
export function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: { shortNotes: boolean; colors: Colors },
): string {
  const idle = diagnostics.filter(isIdle);
  const lines = diagnostics
    .filter((found) => !isIdle(found))
    .map((found) =>
      found.severity === 'note' && (options.shortNotes || found.code === 'section-skipped')
        ? shortNote(found)
        : formatDiagnostic(found),
    );
  const text = [...lines, ...idleNote(idle)].map((entry) => `${entry}\n`).join('');
  return paintDiagnostics(printable(text), options.colors);
}

/** `2 errors, 1 warning`; empty where there is neither. */
export function countDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity) =>
    diagnostics.filter((found) => found.severity === severity).length;
  return [plural(count('error'), 'error'), plural(count('warning'), 'warning')]
    .filter((part) => part !== '')
    .join(', ');
}

/** The way out that many errors share; ends in a newline, or is empty. */
export function commonHint(diagnostics: readonly Diagnostic[]): string {
  const unsupported = diagnostics.filter(
    ({ code, severity }) => passable.has(code) && severity === 'error',
  ).length;
  if (unsupported === 0) return '';
  const which = unsupported === 1 ? '1 of them is' : `${unsupported} of them are`;
  return `  hint: ${which} not supported; --ignore-unsupported starts without that, and leaves closed what it may guard\n`;
}

/** What `--ignore-unsupported` makes warnings of. */
const passable: ReadonlySet<Code> = new Set<Code>([
  'unsupported-directive',
  'replaced-directive',
  'module-missing',
]);

/** The configuration may be somebody else's: escape sequences in it must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}

function isIdle({ code, severity, at }: Diagnostic): boolean {
  return code === 'directive-without-effect' && severity === 'note' && at !== undefined;
}

/** `note: no effect here: ServerTokens (file:1), …`, in lines of readable length. */
function idleNote(idle: readonly Diagnostic[]): string[] {
  if (idle.length === 0) return [];
  const lines = ['note: without effect here, accepted for Apache [directive-without-effect]'];
  let file = '';
  const said = new Set<string>();
  for (const { at } of idle as readonly { at: Span }[]) {
    const key = formatSpan(at);
    if (said.has(key)) continue;
    said.add(key);
    const item = `${at.text.slice(at.column - 1, at.endColumn - 1)} (line ${at.line})`;
    const last = lines.at(-1)!;
    if (at.file !== file) lines.push(`  ${at.file}: ${item}`);
    else if (last.length + item.length > 98) lines.push(`    ${item}`);
    else lines[lines.length - 1] = `${last}, ${item}`;
    file = at.file;
  }
  return [lines.join('\n')];
}

function shortNote({ at, message }: Diagnostic): string {
  return `${at ? `${formatSpan(at)}: ` : ''}note: ${message}`;
}

function plural(count: number, word: string): string {
  if (count === 0) return '';
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
