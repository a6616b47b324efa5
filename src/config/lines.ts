import type { Span } from '../base/span.js';

/** One file that was read, split into physical lines without their line ends. */
export interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
  /** The Include that brought it in. */
  readonly includedFrom?: Span;
}

/**
 * One line as Apache's reader sees it: continuation lines joined, later `${NAME}` replaced.
 * It knows where each of its characters was written.
 */
export interface LogicalLine {
  readonly source: SourceFile;
  readonly text: string;
  /** Ordered by `start`; the first one starts at 0. */
  readonly pieces: readonly Piece[];
}

/** A run of characters of a logical line that was written in one place. */
export interface Piece {
  /** Offset in the text of the logical line. */
  readonly start: number;
  readonly line: number;
  readonly column: number;
  /** Columns that the source of a replaced `${NAME}` takes; absent where the text stands as written. */
  readonly width?: number;
}

/** Splits the text of a file; a byte order mark and carriage returns are dropped. */
export function sourceFile(path: string, text: string, includedFrom?: Span): SourceFile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  return { path, lines, ...(includedFrom && { includedFrom }) };
}

/**
 * The logical lines that are neither empty nor comments. A backslash at the end of a line joins the
 * next one to it, without a blank and in comments too, as Apache does.
 */
export function* logicalLines(source: SourceFile): Generator<LogicalLine> {
  for (let index = 0; index < source.lines.length; index++) {
    let text = '';
    const pieces: Piece[] = [];
    for (;;) {
      const written = source.lines[index] ?? '';
      const continued = written.endsWith('\\');
      pieces.push({ start: text.length, line: index + 1, column: 1 });
      text += continued ? written.slice(0, -1) : written;
      if (!continued || index + 1 >= source.lines.length) break;
      index++;
    }
    if (/^\s*(#|$)/.test(text)) continue;
    yield { source, text, pieces };
  }
}

/** Where the characters from `start` to before `end` were written; cut at the end of the first line. */
export function spanOf(line: LogicalLine, start: number, end: number): Span {
  const first = pieceAt(line, start);
  const last = pieceAt(line, Math.max(start, end - 1));
  const text = line.source.lines[first.line - 1] ?? '';
  const column = first.width === undefined ? first.column + (start - first.start) : first.column;
  return {
    file: line.source.path,
    line: first.line,
    column,
    endColumn: last.line === first.line ? endColumn(last, end) : text.trimEnd().length + 1,
    text,
    ...(line.source.includedFrom && { includedFrom: line.source.includedFrom }),
  };
}

/** The piece that holds the character at `offset`. */
export function pieceAt(line: LogicalLine, offset: number): Piece {
  return line.pieces.findLast((piece) => piece.start <= offset) ?? line.pieces[0]!;
}

function endColumn(piece: Piece, end: number): number {
  return piece.column + (piece.width ?? end - piece.start);
}
