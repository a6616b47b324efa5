import { basename, dirname, join } from 'node:path';
import type { RunAs } from '../base/as-identity.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { type Answer, type Ask, interpreterAsker } from './ask.js';
import { explainFailure } from './explain.js';
import { type HomeSetting, interpreterOfHome, makeCommand } from './home.js';
import type { Machine } from './machine.js';
import { firstClosed, walkPath } from './path-walk.js';
import { type PyvenvCfg, parsePyvenvCfg } from './pyvenv-cfg.js';
import { minorVersion, whyUnsupported } from './versions.js';

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
  readonly kind?: 'venv' | 'virtualenv' | 'conda' | 'installation';
  readonly cfg?: PyvenvCfg;
}

/** Findings have no position; whoever knows where the home was stated adds it. An error: it cannot be used. */
export interface Inspection {
  readonly python: PythonFacts;
  readonly findings: readonly Diagnostic[];
}

export interface InspectTools {
  readonly machine: Machine;
  readonly ask: Ask;
  /** The name of a user, or its number as `#1000`. */
  readonly userName: (uid: number) => string;
}

/** Tools for one round of inspections, which then asks every interpreter once. */
export function inspectTools(
  machine: Machine,
  setpriv: string | undefined,
  userName = (uid: number) => (uid === 0 ? 'root' : `#${uid}`),
): InspectTools {
  return { machine, ask: interpreterAsker(machine, setpriv), userName };
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
      python: { home, executable, ...(cfg && { cfg }) },
      findings: [
        explainFailure(
          { home, setting, executable, cfg, reason: asked.reason },
          request.who,
          tools,
        ),
      ],
    };
  const python = factsOf(asked.answer, { home, executable, cfg }, tools.machine);
  return {
    python,
    findings: findingsOf(python, `${setting} ${JSON.stringify(home)}`, tools.machine),
  };
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
    return { python, findings: findingsOf(python, executable, machine) };
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
  return {
    ...(found.home !== undefined && { home: found.home }),
    executable: found.executable,
    version: answer.version,
    prefix: kind === 'venv' || kind === 'virtualenv' ? (root ?? answer.prefix) : answer.prefix,
    basePrefix: answer.basePrefix,
    kind,
    ...(found.cfg && { cfg: found.cfg }),
  };
}

/** virtualenv before version 20 wrote no pyvenv.cfg but always an activate_this.py. */
function kindOf(
  root: string,
  cfg: PyvenvCfg | undefined,
  machine: Machine,
): NonNullable<PythonFacts['kind']> {
  if (cfg) return cfg.maker === 'virtualenv' ? 'virtualenv' : 'venv';
  if (typeof machine.look(join(root, 'bin/activate_this.py')) !== 'string') return 'virtualenv';
  return typeof machine.look(join(root, 'conda-meta')) !== 'string' ? 'conda' : 'installation';
}

function findingsOf(python: PythonFacts, named: string, machine: Machine): Diagnostic[] {
  const { version, cfg, home } = python;
  if (version === undefined) return [];
  const unsupported = whyUnsupported(version);
  if (unsupported)
    return [
      diagnostic('interpreter-too-old', `${named}: ${unsupported}`, {
        hint: 'make the virtual environment with a newer Python',
      }),
    ];
  if (home === undefined || cfg?.version === undefined) return [];
  const [made, now] = [minorVersion(cfg.version), minorVersion(version)];
  const packages = join(home, 'lib', `python${made}`, 'site-packages');
  // The version number alone may be old: `venv --upgrade` moves the packages' folder too.
  if (made === now || typeof machine.look(packages) === 'string') return [];
  return [
    diagnostic(
      'environment-outdated',
      `${named} was made for Python ${made}, but its ${join('bin', basename(python.executable))} is now ${version}: the packages in ${packages} are not seen`,
      { hint: `make it again: ${makeCommand(home, { python: `python${made}`, clear: true })}` },
    ),
  ];
}
