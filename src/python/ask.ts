import { asIdentity, type RunAs } from '../base/as-identity.js';
import type { Machine, Ran } from './machine.js';

/** What an interpreter said of itself. */
export interface Answer {
  /** As `sys.version` begins: `3.11.2`, `3.14.0rc1`. */
  readonly version: string;
  /** Without site.py, so of a virtual environment made before 3.14 this is the base prefix. */
  readonly prefix: string;
  readonly basePrefix: string;
  /** `sys.executable`: absolute, and behind a pyenv shim the real one. */
  readonly executable: string;
}

export type Asked =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly reason: string };

/** Asks one interpreter; the same executable as the same user is run once. */
export type Ask = (executable: string, who?: RunAs) => Promise<Asked>;

export const answerSeconds = 10;
/** Hundreds of interpreters started together would run into their time limit. */
const atOnce = 8;

/** Needs nothing but `sys`, so that it works where the standard library does not, from 2.7 on. */
const question =
  'import sys; sys.stdout.write("\\t".join(["venvhost", sys.version.split()[0], sys.prefix, ' +
  'getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix)), sys.executable or ""]) + "\\n")';

/**
 * Makes an `Ask`. With `who`, the interpreter runs as that user through `setpriv`: root never executes
 * what others could have written. Flags: `-E -s -S` are what `-I` stands for (2.7 has no `-I`) and leave
 * out site.py with the .pth files of the environment; the working folder is `/`.
 */
export function interpreterAsker(machine: Machine, setpriv: string | undefined): Ask {
  const asked = new Map<string, Promise<Asked>>();
  const turn = turnTaker(atOnce);
  return (executable, who) => {
    const key = JSON.stringify([executable, who?.uid, who?.gid, who?.groups]);
    const earlier = asked.get(key);
    if (earlier) return earlier;
    const asking = turn(() => askOnce(executable, who, machine, setpriv));
    asked.set(key, asking);
    return asking;
  };
}

/** Runs at most `places` tasks at a time, the others in order of asking. */
function turnTaker(places: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

async function askOnce(
  executable: string,
  who: RunAs | undefined,
  machine: Machine,
  setpriv: string | undefined,
): Promise<Asked> {
  if (who && !setpriv) return { ok: false, reason: 'there is no setpriv to run it as its user' };
  if (!who && machine.self.uid === 0)
    return { ok: false, reason: 'it is not run as root, and there is no other user to run it as' };
  const ran = await machine.run(
    asIdentity(who, [executable, '-E', '-s', '-S', '-B', '-c', question], setpriv ?? ''),
    { environment: askEnvironment(machine, who), seconds: answerSeconds },
  );
  const fields = ran.stdout
    .split('\n')
    .find((line) => line.startsWith('venvhost\t'))
    ?.trimEnd()
    .split('\t');
  const [, version, prefix, basePrefix, path] = fields ?? [];
  if (ran.status !== 0 || !version || !prefix || !basePrefix)
    return { ok: false, reason: whyNot(ran) };
  return { ok: true, answer: { version, prefix, basePrefix, executable: path || executable } };
}

/** PATH and HOME for a shim that looks for the real interpreter; PYENV_VERSION only where it is ours. */
function askEnvironment(machine: Machine, who: RunAs | undefined): Record<string, string> {
  const { PATH, HOME, PYENV_VERSION } = machine.environment;
  return {
    PATH: PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: who ? '/' : (HOME ?? '/'),
    ...(!who && PYENV_VERSION !== undefined && { PYENV_VERSION }),
  };
}

function whyNot(ran: Ran): string {
  if (ran.failure) return ran.failure;
  const said = ran.stderr.trim().split('\n').filter(Boolean);
  // The last line names the error, the first says what kind of failure it is.
  const words = said.length > 1 ? `${said[0]} … ${said.at(-1)}` : (said[0] ?? 'it printed nothing');
  const ended = ran.signal ? `killed by ${ran.signal}` : `exit status ${ran.status}`;
  return `${ended}: ${words.slice(0, 400)}`;
}
