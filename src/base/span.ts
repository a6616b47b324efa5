/** Where something that a person wrote stands. Lines and columns count from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Column after the last character; equal to `column` for a point. */
  readonly endColumn: number;
  /** The source line as written, for excerpts. */
  readonly text: string;
  /** The `Include` that brought this file in, innermost first. */
  readonly includedFrom?: Span;
}

/** A value that a person wrote, and where. */
export interface Stated<T> {
  readonly value: T;
  readonly at: Span;
}

/** In the place of a file, for what was stated by options of a command. */
export const commandLineFile = 'command line';

/** `file:line:column`, the form that editors and terminals make clickable. */
export function formatSpan(span: Span): string {
  return `${span.file}:${span.line}:${span.column}`;
}
