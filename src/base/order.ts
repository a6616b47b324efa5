import type { Diagnostic } from './diagnostic.js';
import type { Span } from './span.js';

/**
 * Diagnostics in the order in which a person reads the configuration: `files` as they were named, lines
 * and columns in order, an included file where its Include stands. What has no place comes last.
 */
export function inReadingOrder(
  diagnostics: readonly Diagnostic[],
  files: readonly string[],
): Diagnostic[] {
  const keys = new Map(
    diagnostics.map((found) => [found, found.at && wayTo(found.at, files)] as const),
  );
  return [...diagnostics].sort((a, b) => compare(keys.get(a), keys.get(b)));
}

interface Step {
  /** Place of the file among those that were named; for an included one, its name decides. */
  readonly rank: number;
  readonly span: Span;
}

/** From the file that was named, through the Includes, to the place itself. */
function wayTo(at: Span, files: readonly string[]): Step[] {
  const way: Step[] = [];
  for (let span: Span | undefined = at; span; span = span.includedFrom)
    way.unshift({ rank: span.includedFrom ? 0 : files.indexOf(span.file), span });
  return way;
}

function compare(a: readonly Step[] | undefined, b: readonly Step[] | undefined): number {
  if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [one, other] = [a[index]!, b[index]!];
    const difference =
      one.rank - other.rank ||
      byName(one.span.file, other.span.file) ||
      one.span.line - other.span.line ||
      one.span.column - other.span.column;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** As Include reads the files that its wildcards match. */
function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
