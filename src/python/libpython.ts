import type { RunAs } from '../base/as-identity.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { runAs, whyNot } from './ask.js';
import type { PythonFacts } from './inspect.js';
import type { Machine } from './machine.js';
import { minorVersion } from './versions.js';

/** The shared library of an interpreter, for embedded mode. Findings have no position; each is an error. */
export interface LibraryFacts {
  /** Absolute path; absent where there is none. */
  readonly path?: string;
  readonly findings: readonly Diagnostic[];
}

export interface LibraryTools {
  readonly machine: Machine;
  readonly setpriv?: string;
  /** Whom the gateways run as; absent: as ourselves. */
  readonly who?: RunAs;
}

/**
 * Tries in a process of its own, as the user of the gateways, whether Python starts in the shared library of an
 * interpreter. Never rejects.
 */
export async function inspectLibrary(
  python: PythonFacts,
  tools: LibraryTools,
): Promise<LibraryFacts> {
  const { machine, setpriv, who } = tools;
  const path = python.sharedLibrary;
  if (path === undefined) return { findings: [missing(python)] };
  const command = [...machine.embeddingProbe, path, python.executable];
  const tried = await runAs(who, command, machine, setpriv);
  const [, outcome, reason = '', , build = ''] = lineOf(tried.stdout, 'embedding') ?? [];
  if (outcome === 'works') {
    const other =
      difference(reason, python.version, python) ?? difference(build, python.build, python);
    return { path, findings: other === undefined ? [] : [broken(path, other)] };
  }
  if (outcome === 'no-koffi') return { path, findings: [koffiMissing(reason)] };
  return { path, findings: [broken(path, outcome === 'broken' ? reason : whyNot(tried))] };
}

/** Compiled modules are made for one build: that of the interpreter which installed them. */
function difference(
  library: string,
  interpreter: string | undefined,
  { executable }: PythonFacts,
): string | undefined {
  if (library === '' || interpreter === undefined || library === interpreter) return undefined;
  return `it is of Python ${library}, and ${executable} is ${interpreter}`;
}

function lineOf(output: string, word: string): string[] | undefined {
  return output
    .split('\n')
    .find((line) => line.startsWith(`${word}\t`))
    ?.split('\t');
}

const daemonInstead =
  'use a daemon process group, which needs no library: WSGIDaemonProcess NAME, and WSGIProcessGroup NAME';

function missing({ executable, version = '' }: PythonFacts): Diagnostic {
  return diagnostic(
    'library-missing',
    `there is no shared library of ${executable} (Python ${version}), which embedded mode loads`,
    {
      hint: [
        daemonInstead,
        `or install it (Debian and Ubuntu: apt install libpython${minorVersion(version)})`,
        'or name a Python that was built with --enable-shared',
      ].join('\n'),
    },
  );
}

function broken(path: string, reason: string): Diagnostic {
  return diagnostic('library-broken', `${path} cannot be used for embedded mode: ${reason}`, {
    hint: daemonInstead,
  });
}

function koffiMissing(reason: string): Diagnostic {
  return diagnostic(
    'embedding-unavailable',
    `embedded mode needs the npm package koffi, which cannot be loaded: ${reason}`,
    {
      hint: `install it where venvhost is installed: npm install koffi\nor ${daemonInstead}`,
    },
  );
}
