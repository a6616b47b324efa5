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
  /** What compiled modules of this Python end in: `.cpython-311-x86_64-linux-gnu.so`. Absent before 3. */
  readonly extensionSuffix?: string;
  /** `x86_64`, as `uname -m`. */
  readonly architecture?: string;
  /** The whole of `sys.version`, which names the build: its date and compiler. */
  readonly build?: string;
  /** Where its shared library should be, best first; absent where it was built without one. */
  readonly sharedLibraries?: readonly string[];
}

export type Asked =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly reason: string; readonly failure?: AskFailure };

/** How it failed, where that is known: `silent` is an end in order without the answer. */
export type AskFailure = 'hangs' | 'killed' | 'silent' | 'not-executable';

/** Asks one interpreter; the same executable as the same user is run once. */
export type Ask = (executable: string, who?: RunAs) => Promise<Asked>;

export const answerSeconds = 10;
/** Hundreds of interpreters started together would run into their time limit. */
const atOnce = 8;

/**
 * From 2.7 on. The first five fields need nothing but `sys`; the others are empty where the standard library
 * does not work.
 */
const question = `
import sys
def answer(ask):
    try:
        return ask() or ''
    except Exception:
        return ''
def suffix():
    import _imp
    return _imp.extension_suffixes()[0]
def shared():
    import sysconfig
    get = sysconfig.get_config_var
    if not get('Py_ENABLE_SHARED') and not get('PYTHONFRAMEWORK'):
        return ''
    name = get('INSTSONAME') or get('LDLIBRARY')
    return ':'.join(folder + '/' + name for folder in [base + '/lib', get('LIBDIR')] if folder)
def machine():
    import posix
    return posix.uname()[4]
base = getattr(sys, 'base_prefix', getattr(sys, 'real_prefix', sys.prefix))
if sys.version_info[0] == 2:
    # Without its site.py an environment of Python 2 knows neither its base nor the standard library.
    try:
        for line in open(sys.prefix + '/pyvenv.cfg'):
            if line.startswith('base-prefix'):
                base = line.split('=', 1)[1].strip()
        sys.path.append(base + '/lib/python2.7')
    except IOError:
        pass
sys.stdout.write('\\t'.join(['venvhost', sys.version.split()[0], sys.prefix, base, sys.executable or '',
    answer(suffix), answer(machine), answer(shared), ' '.join(sys.version.split())]) + '\\n')
`;

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
export function turnTaker(places: number): <T>(task: () => Promise<T>) => Promise<T> {
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

/** Options for a question: nothing of the user's environment is imported for it. */
export const quiet = ['-E', '-s', '-S', '-B'];

/** Runs a command as a user, with the environment of a question. */
export function runAs(
  who: RunAs | undefined,
  argv: readonly string[],
  machine: Machine,
  setpriv: string | undefined,
): Promise<Ran> {
  // setpriv executes its command with the rights of root still; only what that executes shows what the user may.
  const command = who && setpriv ? [setpriv, '--', ...argv] : argv;
  return machine.run(asIdentity(who, command, setpriv ?? ''), {
    environment: askEnvironment(machine, who),
    seconds: answerSeconds,
  });
}

export interface QuietWords {
  readonly executable: string;
  /** What follows the options. */
  readonly words: readonly string[];
  readonly who: RunAs | undefined;
  readonly seconds: number;
}

/** Characters that an interpreter may print. */
const outputLimit = 1024 * 1024;

/**
 * Has an interpreter run code of ours that only reads and compiles. Never as root: then, and where its user
 * cannot be switched to, undefined.
 */
export async function runQuietly(
  { executable, words, who, seconds }: QuietWords,
  machine: Machine,
  setpriv: string | undefined,
): Promise<Ran | undefined> {
  if (who ? !setpriv : machine.self.uid === 0) return undefined;
  return machine.run(asIdentity(who, [executable, ...quiet, ...words], setpriv ?? ''), {
    environment: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/' },
    seconds,
    outputLimit,
  });
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
  const ran = await runAs(who, [executable, ...quiet, '-c', question], machine, setpriv);
  const fields = ran.stdout
    .split('\n')
    .find((line) => line.startsWith('venvhost\t'))
    ?.trimEnd()
    .split('\t');
  const [, version, prefix, basePrefix, path, suffix, architecture, shared, build] = fields ?? [];
  if (ran.status !== 0 || !version || !prefix || !basePrefix) {
    const failure = failureOf(ran);
    return { ok: false, reason: whyNot(ran), ...(failure && { failure }) };
  }
  return {
    ok: true,
    answer: {
      version,
      prefix,
      basePrefix,
      executable: path || executable,
      ...(suffix && { extensionSuffix: suffix }),
      ...(architecture && { architecture }),
      ...(shared && { sharedLibraries: shared.split(':') }),
      ...(build && { build }),
    },
  };
}

/** 126 and 127 are what setpriv ends with where it could not execute the program. */
function failureOf({ failure, signal, status, stderr }: Ran): AskFailure | undefined {
  if (failure?.startsWith('no answer')) return 'hangs';
  if (/\bEACCES$/.test(failure ?? '')) return 'not-executable';
  if (status === 126 && /permission denied/i.test(stderr)) return 'not-executable';
  if (signal) return 'killed';
  return status === 0 ? 'silent' : undefined;
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

/** Why a command gave no answer. */
export function whyNot(ran: Ran): string {
  if (ran.failure) return ran.failure;
  const said = ran.stderr.trim().split('\n').filter(Boolean);
  // The last line names the error, the first says what kind of failure it is.
  const printed = said.length > 0 ? said : ran.stdout.trim().split('\n').filter(Boolean);
  const words =
    printed.length > 1 ? `${printed[0]} … ${printed.at(-1)}` : (printed[0] ?? 'it printed nothing');
  const ended = ran.signal ? `killed by ${ran.signal}` : `exit status ${ran.status}`;
  // Anything may stand there: control characters are none of the terminal's business.
  return `${ended}: ${words.slice(0, 400).replace(/[^\P{Cc}\t]+|\uFFFD+/gu, '?')}`;
}
