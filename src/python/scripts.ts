import type { RunAs } from '../base/as-identity.js';
import { runQuietly } from './ask.js';
import type { Machine } from './machine.js';
import { scriptQuestion } from './script-question.js';

/** What an interpreter says of a script that it compiled. Plain data. */
export type ScriptFacts =
  | { readonly unreadable: string }
  | {
      readonly syntax: {
        readonly line: number;
        readonly column: number;
        readonly message: string;
        readonly text: string;
      };
    }
  | {
      /** Names that its top level binds. */
      readonly names: readonly string[];
      /** Whether there may be more names. */
      readonly dynamic: boolean;
      /** The first line that calls execfile without defining it. */
      readonly execfile: number | null;
      readonly activates: readonly {
        readonly line: number;
        readonly path: string;
        readonly there: boolean;
      }[];
    };

export interface ScriptsRequest {
  readonly executable: string;
  readonly who?: RunAs;
  /** Absolute paths of files. */
  readonly paths: readonly string[];
}

const seconds = 20;

/**
 * Asks one interpreter about many scripts in one question, as the user of their group. A script that it did
 * not answer for is left out.
 */
export async function inspectScripts(
  { executable, who, paths }: ScriptsRequest,
  machine: Machine,
  setpriv: string | undefined,
): Promise<Record<string, ScriptFacts>> {
  if (paths.length === 0) return {};
  const words = ['-W', 'ignore', '-c', scriptQuestion, ...paths];
  const ran = await runQuietly({ executable, words, who, seconds }, machine, setpriv);
  if (ran === undefined) return {};
  const answers = ran.stdout.split('\n').filter((line) => line.startsWith('venvhost '));
  return Object.fromEntries(
    answers.flatMap((line, index) => {
      const path = paths[index];
      const facts = parseAnswer(line.slice(9));
      return path === undefined || !facts ? [] : [[path, facts]];
    }),
  );
}

/** The interpreter belongs to a user: it may say anything. */
function parseAnswer(text: string): ScriptFacts | undefined {
  try {
    const said = JSON.parse(text) as Record<string, unknown>;
    if (typeof said['unreadable'] === 'string') return { unreadable: said['unreadable'] };
    const syntax = said['syntax'] as Record<string, unknown> | undefined;
    if (syntax) {
      const { line, column, message, text: source } = syntax;
      return {
        syntax: {
          line: Number(line) || 1,
          column: Number(column) || 1,
          message: String(message),
          text: String(source),
        },
      };
    }
    const { names, dynamic, execfile, activates } = said;
    if (!Array.isArray(names) || !Array.isArray(activates)) return undefined;
    return {
      names: names.map(String),
      dynamic: dynamic === true,
      execfile: typeof execfile === 'number' ? execfile : null,
      activates: (activates as Record<string, unknown>[]).map(({ line, path, there }) => ({
        line: Number(line) || 1,
        path: String(path),
        there: there === true,
      })),
    };
  } catch {
    return undefined;
  }
}

/** Words of Python 2 that are no Python 3. */
const python2: readonly RegExp[] = [
  /^\s*print\s+[^(=\s]/,
  /^\s*print\s*>>/,
  /^\s*exec\s+[^(=\s]/,
  /\bexcept\s+[\w.()]+\s*,\s*\w+\s*:/,
  /^\s*raise\s+[\w.]+\s*,/,
  /(?:^|[^\w])ur['"]/,
  /`[^`]+`/,
  /<>/,
  /\b0[0-7]+\b|\b\d+[lL]\b/,
];

/** Words of Python 3 that are no Python 2. */
const python3: readonly RegExp[] = [
  /(?:^|[^\w])(?:f|rf|fr)['"]/i,
  /\b(?:async|await|nonlocal)\b/,
  /\byield\s+from\b/,
  /\braise\b.*\bfrom\b/,
  /\bprint\s*\(.*\b(?:file|end|sep|flush)\s*=/,
  /\bdef\b.*\)\s*->/,
  /\bdef\b[^)]*\w\s*:\s*\w/,
  /:=/,
  /^\s*\w+\s*:\s*[\w.[\]]+\s*(?:=|$)/,
  /\bdef\b.*\*\s*,/,
  /\d_\d/,
];

/** Whether a line that one major version of Python refuses is the other one's. */
export function isOfOtherPython(text: string, version: string): boolean {
  return (version.startsWith('2.') ? python3 : python2).some((pattern) => pattern.test(text));
}
