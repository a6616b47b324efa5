import type { Code } from '../base/codes.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Sources } from './sources.js';

/** What changes while files are read: definitions, ServerRoot and what there is to say. */
export interface Reading {
  readonly sources: Sources;
  /** Define and -D; `undefined` is a name without a value. */
  readonly defines: Map<string, string | undefined>;
  readonly diagnostics: Diagnostic[];
  /** Names of `${NAME}` that were reported: each one once. */
  readonly undefinedNames: Set<string>;
  /** Absolute. */
  serverRoot: string;
}

export function report(
  reading: Pick<Reading, 'diagnostics'>,
  code: Code,
  message: string,
  rest: Omit<Diagnostic, 'code' | 'severity' | 'message'> = {},
): void {
  reading.diagnostics.push(diagnostic(code, message, rest));
}

/** Why the file system refused, in the words of the messages. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? error.message : String(error);
}
