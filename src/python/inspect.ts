import { dirname, join } from 'node:path';
import { asIdentity, type RunAs } from '../base/as-identity.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { type Answer, type Ask, interpreterAsker } from './ask.js';
import { borrowedPackages } from './borrowed-packages.js';
import { type Distribution, listDistributions } from './distributions.js';
import { environmentFindings, seemsUnreadable } from './environment-findings.js';
import { explainFailure } from './explain.js';
import { type HomeSetting, interpreterOfHome } from './home.js';
import type { Machine } from './machine.js';
import { packageFolders } from './packages.js';
import { firstClosed, walkPath } from './path-walk.js';
import { type PyvenvCfg, parsePyvenvCfg } from './pyvenv-cfg.js';
import { askOncePerPython } from './shared-answers.js';
import { whyUnsupported, whyUntested } from './versions.js';

/** What is asked for: a home, or nothing for the first python3 of PATH. */
export interface PythonRequest {
  readonly home?: string;
  readonly setting?: HomeSetting;
  /** Whom the daemon runs as; absent: as ourselves. */
  readonly who?: RunAs & { readonly user: string };
}

export interface PythonFacts {
  readonly home?: string;
  /** Absolute path of what is started. */
  readonly executable: string;
  /** The rest is absent where the interpreter could not be asked. */
  readonly version?: string;
  /** `sys.prefix` as a started interpreter has it. */
  readonly prefix?: string;
  readonly basePrefix?: string;
  readonly kind?: 'venv' | 'virtualenv' | 'uv' | 'conda' | 'installation';
  readonly cfg?: PyvenvCfg;
  /** As `uname -m`. */
  readonly architecture?: string;
  /** The whole of `sys.version`. */
  readonly build?: string;
  /** The shared library of its Python, where there is one. */
  readonly sharedLibrary?: string;
  /** What compiled modules end in. */
  readonly extensionSuffix?: string;
}

/** Findings have no position; whoever knows where the home was stated adds it. An error: it cannot be used. */
export interface Inspection {
  readonly python: PythonFacts;
  readonly findings: readonly Diagnostic[];
  /** What is installed, where the interpreter answered. */
  readonly distributions?: readonly Distribution[];
}

export interface InspectTools {
  readonly machine: Machine;
  readonly ask: Ask;
  /** Asks the kernel whether a user can read a path; false where nobody else can be asked for. */
  readonly mayRead: (path: string, who: RunAs | undefined) => Promise<boolean>;
  /** The name of a user, or its number as `#1000`. */
  readonly userName: (uid: number) => string;
}

/** Tools for one round of inspections, which then asks every interpreter once. */
export function inspectTools(
  machine: Machine,
  setpriv: string | undefined,
  userName = (uid: number) => (uid === 0 ? 'root' : `#${uid}`),
): InspectTools {
  const ask = askOncePerPython(interpreterAsker(machine, setpriv), machine);
  return { machine, ask, userName, mayRead };

  async function mayRead(path: string, who: RunAs | undefined): Promise<boolean> {
    if (!who || setpriv === undefined) return false;
    const argv = asIdentity(who, ['/usr/bin/test', '-r', path], setpriv);
    return (await machine.run(argv, { environment: {}, seconds: 5 })).status === 0;
  }
}

/** Finds the interpreter of a request, asks it, and says what is wrong with it. Never rejects. */
export async function inspectPython(
  request: PythonRequest,
  tools: InspectTools,
): Promise<Inspection> {
  const { home, setting = 'python-home' } = request;
  if (home === undefined) return inspectFirstOfPath(request, tools);
  const found = interpreterOfHome(home, setting, tools.machine);
  if ('finding' in found)
    return {
      python: { home, executable: join(home, 'bin/python') },
      findings: [found.finding],
    };
  const { executable } = found;
  const cfg = readCfg(home, tools.machine);
  const asked = await tools.ask(executable, request.who);
  if (!asked.ok)
    return {
      python: { home, executable, kind: kindOf(home, cfg, tools.machine), ...(cfg && { cfg }) },
      findings: [explainFailure({ home, setting, executable, cfg, ...asked }, request.who, tools)],
    };
  const python = factsOf(asked.answer, { home, executable, cfg }, tools.machine);
  return examine(python, home, `${setting} ${JSON.stringify(home)}`, request, tools);
}

async function examine(
  python: PythonFacts,
  root: string | undefined,
  named: string,
  request: PythonRequest,
  { machine, mayRead }: InspectTools,
): Promise<Inspection> {
  const { version, executable, kind = 'installation', cfg } = python;
  const unsupported = version === undefined ? undefined : whyUnsupported(version);
  if (unsupported !== undefined)
    return {
      python,
      findings: [
        diagnostic('interpreter-too-old', `${named}: ${unsupported}`, {
          hint: 'make the virtual environment with a newer Python',
        }),
      ],
    };
  if (version === undefined) return { python, findings: [] };
  const own = packageFolders(root ?? python.basePrefix ?? '/usr', version, machine);
  const distributions = listDistributions(own, machine);
  // Of the Python of the system there is nothing to mend.
  if (root === undefined) return { python, findings: [], distributions };
  const who = request.who ?? machine.self;
  const reads = new Set<string>();
  for (const path of seemsUnreadable({ root, version }, machine, who))
    if (await mayRead(path, request.who)) reads.add(path);
  const reader = { who, name: nameOf(request), reads };
  const findings = environmentFindings(
    { root, named, executable, version, kind, cfg, distributions },
    machine,
    reader,
  );
  const base = python.basePrefix;
  const untested = whyUntested(version);
  if (untested !== undefined)
    findings.push(
      diagnostic('interpreter-untested', `${named}: ${untested}`, {
        hint: 'look for a newer venvhost if something does not work',
      }),
    );
  if (cfg?.systemSitePackages && base !== undefined)
    findings.push(...borrowedPackages(named, root, base, version, distributions, machine));
  return { python, findings, distributions };
}

/** The first `python3` of PATH that the user can start. A shim names the real interpreter in its answer. */
async function inspectFirstOfPath(
  request: PythonRequest,
  tools: InspectTools,
): Promise<Inspection> {
  const { machine, ask } = tools;
  const who = request.who ?? machine.self;
  const tried: string[] = [];
  for (const folder of (machine.environment['PATH'] ?? '').split(':')) {
    if (!folder.startsWith('/')) continue;
    const candidate = join(folder, 'python3');
    const walk = walkPath(candidate, machine);
    if (walk.end !== 'file') continue;
    const closed = firstClosed(walk, who);
    if (closed) {
      tried.push(`${candidate} (${nameOf(request)} cannot enter ${closed.path})`);
      continue;
    }
    const asked = await ask(candidate, request.who);
    if (!asked.ok) {
      tried.push(`${candidate} (${asked.reason})`);
      continue;
    }
    const { executable } = asked.answer;
    const root = dirname(dirname(executable));
    const cfg = readCfg(root, machine);
    const python = factsOf(asked.answer, { executable, cfg, ...(cfg && { root }) }, machine);
    return examine(python, cfg ? root : undefined, executable, request, tools);
  }
  return {
    python: { executable: 'python3' },
    findings: [
      diagnostic(
        'interpreter-missing',
        `no python3 of PATH can be used${tried.length > 0 ? `: ${tried.join(', ')}` : ''}`,
        { hint: 'name a virtual environment with python-home=, or install python3' },
      ),
    ],
  };
}

function nameOf(request: PythonRequest): string {
  return request.who ? `user ${JSON.stringify(request.who.user)}` : 'the user of this server';
}

function readCfg(root: string, machine: Machine): PyvenvCfg | undefined {
  const text = machine.read(join(root, 'pyvenv.cfg'));
  return text === undefined ? undefined : parsePyvenvCfg(text);
}

function factsOf(
  answer: Answer,
  found: { home?: string; root?: string; executable: string; cfg: PyvenvCfg | undefined },
  machine: Machine,
): PythonFacts {
  const root = found.home ?? found.root;
  const kind = kindOf(root ?? answer.prefix, found.cfg, machine);
  const sharedLibrary = answer.sharedLibraries?.find(
    (path) => walkPath(path, machine).end === 'file',
  );
  return {
    ...(found.home !== undefined && { home: found.home }),
    executable: found.executable,
    version: answer.version,
    prefix: found.cfg || kind === 'virtualenv' ? (root ?? answer.prefix) : answer.prefix,
    basePrefix: answer.basePrefix,
    kind,
    ...(answer.architecture !== undefined && { architecture: answer.architecture }),
    ...(answer.extensionSuffix !== undefined && { extensionSuffix: answer.extensionSuffix }),
    ...(sharedLibrary !== undefined && { sharedLibrary }),
    ...(answer.build !== undefined && { build: answer.build }),
    ...(found.cfg && { cfg: found.cfg }),
  };
}

/** virtualenv before version 20 wrote no pyvenv.cfg but always an activate_this.py. */
function kindOf(
  root: string,
  cfg: PyvenvCfg | undefined,
  machine: Machine,
): NonNullable<PythonFacts['kind']> {
  if (cfg) return cfg.maker ?? 'venv';
  if (typeof machine.look(join(root, 'bin/activate_this.py')) !== 'string') return 'virtualenv';
  return typeof machine.look(join(root, 'conda-meta')) !== 'string' ? 'conda' : 'installation';
}
