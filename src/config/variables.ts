import type { Span } from '../base/span.js';
import { type LogicalLine, type Piece, pieceAt, spanOf } from './lines.js';

/**
 * Replaces `${NAME}` in a line, before it is split into words, as Apache does: a value with blanks
 * becomes several words. What `lookUp` does not know stays as it is and is told to `unknown`. A name with a colon is
 * no variable but a map of mod_rewrite, `${map:key}`.
 */
export function expandVariables(
  line: LogicalLine,
  lookUp: (name: string) => string | undefined,
  unknown: (name: string, at: Span) => void,
): LogicalLine {
  let text = '';
  const pieces: Piece[] = [];
  let done = 0;
  const keep = (end: number) => {
    pieces.push(...piecesOf(line, done, end, text.length));
    text += line.text.slice(done, end);
    done = end;
  };
  for (const found of line.text.matchAll(/\$\{([^}\s:]+)\}/g)) {
    const name = found[1]!;
    const end = found.index + found[0].length;
    const at = spanOf(line, found.index, end);
    const value = lookUp(name);
    if (value === undefined) {
      unknown(name, at);
      continue;
    }
    keep(found.index);
    pieces.push({
      start: text.length,
      line: at.line,
      column: at.column,
      width: at.endColumn - at.column,
    });
    text += value;
    done = end;
  }
  if (done === 0) return line;
  keep(line.text.length);
  return { source: line.source, text, pieces: pieces.filter(isNeeded) };
}

/** The pieces of `line` between two offsets, moved so that they begin at `start`. */
function piecesOf(line: LogicalLine, from: number, to: number, start: number): Piece[] {
  if (from >= to) return [];
  const first = pieceAt(line, from);
  const moved: Piece[] = [{ start, line: first.line, column: first.column + (from - first.start) }];
  for (const piece of line.pieces)
    if (piece.start > from && piece.start < to)
      moved.push({ ...piece, start: start + piece.start - from });
  return moved;
}

/** A piece of no length would hide the one that starts in the same place. */
function isNeeded(piece: Piece, index: number, all: readonly Piece[]): boolean {
  return all[index + 1]?.start !== piece.start;
}
