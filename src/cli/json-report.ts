import type { Diagnostic, Severity } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import type { Visit } from '../server/visits.js';

/** A place as data. Lines and columns count from 1; `excerpt` is the whole line as written. */
interface Place {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly endColumn: number | null;
  readonly excerpt: string | null;
}

/** What `check --json` prints. Every key is always there; keys are only ever added. */
export interface JsonReport {
  readonly ok: boolean;
  readonly diagnostics: readonly (Place & {
    readonly code: string;
    readonly severity: Severity;
    readonly message: string;
    readonly hint: string | null;
    readonly related: readonly (Place & { readonly message: string })[];
    /** The Includes that brought the file in, innermost first. */
    readonly includedFrom: readonly Place[];
  })[];
  readonly summary: {
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
  };
  /** What a visitor would get for a URL of each mount, alias and DocumentRoot; `check` alone has them. */
  readonly visits?: readonly {
    readonly url: string;
    readonly status: number | null;
    readonly text: string;
    readonly processGroup: string | null;
    /** A Require lets in some clients only. */
    readonly restricted: boolean;
  }[];
}

export function jsonReport(
  diagnostics: readonly Diagnostic[],
  visits?: readonly Visit[],
): JsonReport {
  const count = (severity: Severity) =>
    diagnostics.filter((found) => found.severity === severity).length;
  const summary = { errors: count('error'), warnings: count('warning'), notes: count('note') };
  return {
    ok: summary.errors === 0,
    diagnostics: diagnostics.map(({ code, severity, message, at, hint, related }) => ({
      code,
      severity,
      message,
      ...place(at),
      hint: hint ?? null,
      related: (related ?? []).map((other) => ({ message: other.message, ...place(other.at) })),
      includedFrom: includes(at),
    })),
    summary,
    ...(visits && {
      visits: visits.map(({ processGroup, ...one }) => ({
        ...one,
        processGroup: processGroup ?? null,
      })),
    }),
  };
}

function place(at: Span | undefined): Place {
  return {
    file: at?.file ?? null,
    line: at?.line ?? null,
    column: at?.column ?? null,
    endColumn: at?.endColumn ?? null,
    excerpt: at?.text ?? null,
  };
}

function includes(at: Span | undefined): Place[] {
  const places: Place[] = [];
  for (let from = at?.includedFrom; from; from = from.includedFrom) places.push(place(from));
  return places;
}
