import type { PythonFacts } from '../python/inspect.js';
import type { Machine } from '../python/machine.js';
import type { Walk } from '../python/path-walk.js';
import { inspectScripts, type ScriptFacts } from '../python/scripts.js';
import { minorVersion } from '../python/versions.js';
import type { Identities } from './identities.js';
import type { ScriptAnswers } from './script-answers.js';
import { scriptUses } from './script-uses.js';
import type { GroupUse } from './uses.js';

interface Asking {
  readonly paths: Readonly<Record<string, Walk>>;
  readonly pythons: Readonly<Record<string, { readonly python: PythonFacts }>>;
  readonly identities: Identities;
  readonly machine: Machine;
  readonly setpriv: string | undefined;
}

/** So many interpreters compile at the same time. */
const atOnce = 4;

/**
 * One question for all scripts that the same version of Python and the same user are to run: what is
 * syntax for one 3.11 is for every other, so 200 environments cost no 200 questions.
 */
export async function scriptFacts(
  uses: readonly GroupUse[],
  asking: Asking,
): Promise<ScriptAnswers> {
  const { paths, pythons, identities, machine, setpriv } = asking;
  const scripts = scriptUses(uses, paths, machine);
  const questions = new Map<string, { executable: string; group: string; paths: Set<string> }>();
  const keyOf = new Map<string, string>();
  for (const { group, path } of scripts) {
    const python = pythons[group]?.python;
    if (python?.version === undefined) continue;
    const key = JSON.stringify([minorVersion(python.version), identities.groups.get(group)?.uid]);
    const question = questions.get(key) ?? {
      executable: python.executable,
      group,
      paths: new Set<string>(),
    };
    question.paths.add(path);
    questions.set(key, question);
    keyOf.set(group, key);
  }
  const waiting = [...questions];
  const answered = new Map<string, Record<string, ScriptFacts>>();
  const ask = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [key, { executable, group, paths: asked }] = next;
      const who = identities.groups.get(group);
      const request = { executable, paths: [...asked], ...(who && { who }) };
      answered.set(key, await inspectScripts(request, machine, setpriv));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return {
    uses: scripts,
    answers: Object.fromEntries([...keyOf].map(([group, key]) => [group, answered.get(key) ?? {}])),
  };
}
