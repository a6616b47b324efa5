import type { Span } from '../base/span.js';
import type { ScriptFacts } from '../python/scripts.js';

/** A script file that requests, or an import at the start, load in a process group. */
export interface ScriptUse {
  readonly group: string;
  readonly path: string;
  readonly at: Span;
  /** The name that is called; absent where only requests tell, and for scripts that are only imported. */
  readonly callable?: string;
}

/** Which scripts run where, and what the interpreters of their groups say of them. */
export interface ScriptAnswers {
  readonly uses: readonly ScriptUse[];
  /** By process group and path. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, ScriptFacts>>>>;
}
