import { isAbsolute, join } from 'node:path';
import type { RunAs } from '../base/as-identity.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { quiet, runAs, whyNot } from './ask.js';
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
 * Finds the library that belongs to an interpreter by asking it, and tries in a process of its own, as the user
 * of the gateways, whether Python starts in it. Never rejects.
 */
export async function inspectLibrary(
  python: PythonFacts,
  tools: LibraryTools,
): Promise<LibraryFacts> {
  const { machine, setpriv, who } = tools;
  const ran = await runAs(who, [python.executable, ...quiet, question], machine, setpriv);
  const build = parseBuild(ran.stdout);
  if (!build) return { findings: [broken(python, whyNot(ran))] };
  const path = candidates(build).find((one) => machine.look(one) !== 'missing');
  if (path === undefined) return { findings: [missing(python, build)] };
  const command = [...machine.embeddingProbe, path, python.executable];
  const tried = await runAs(who, command, machine, setpriv);
  const [, outcome, reason = ''] = lineOf(tried.stdout, 'embedding') ?? [];
  if (outcome === 'works') return { path, findings: [] };
  if (outcome === 'no-koffi') return { path, findings: [koffiMissing(reason)] };
  return { path, findings: [broken(python, outcome === 'broken' ? reason : whyNot(tried), path)] };
}

const question =
  'import sys, sysconfig; v = sysconfig.get_config_var; ' +
  'sys.stdout.write("\\t".join(["build"] + [str(v(n) or "") for n in ' +
  '("INSTSONAME", "LDLIBRARY", "LIBDIR", "LIBPL", "PYTHONFRAMEWORKPREFIX")] + ' +
  '[getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix))]) + "\\n")';

interface Build {
  /** `libpython3.11.so.1.0`; empty where Python was built without one. */
  readonly names: readonly string[];
  readonly folders: readonly string[];
}

function parseBuild(output: string): Build | undefined {
  const fields = lineOf(output, 'build');
  if (!fields) return undefined;
  const [, installed = '', linked = '', libDir = '', libPl = '', framework = '', base = ''] =
    fields;
  return {
    names: [...new Set([installed, linked])].filter((name) =>
      /\.so(\.|$)|\.dylib$|\.framework\//.test(name),
    ),
    // A Python that was moved after it was built knows its own place only.
    folders: [libDir, base && join(base, 'lib'), libPl, framework].filter(isAbsolute),
  };
}

function candidates({ names, folders }: Build): string[] {
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}

function lineOf(output: string, word: string): string[] | undefined {
  return output
    .split('\n')
    .find((line) => line.startsWith(`${word}\t`))
    ?.split('\t');
}

const daemonInstead =
  'use a daemon process group, which needs no library: WSGIDaemonProcess NAME, and WSGIProcessGroup NAME';

function missing({ executable, version = '' }: PythonFacts, { names, folders }: Build): Diagnostic {
  const [name] = names;
  const named = `${executable} (Python ${version})`;
  if (name === undefined)
    return diagnostic('library-missing', `${named} was built without a shared library`, {
      hint: `${daemonInstead}\nor name a Python that was built with --enable-shared`,
    });
  const minor = minorVersion(version);
  return diagnostic(
    'library-missing',
    `the shared library ${name} of ${named} is not in ${folders.join(' or ')}`,
    { hint: `install it (Debian and Ubuntu: apt install libpython${minor})\nor ${daemonInstead}` },
  );
}

function broken(python: PythonFacts, reason: string, path?: string): Diagnostic {
  const what = path ?? `the shared library of ${python.executable}`;
  return diagnostic('library-broken', `${what} cannot be used for embedded mode: ${reason}`, {
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
