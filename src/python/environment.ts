import { basename, dirname, join } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { climbToRoot, environmentsIn } from './climb.js';
import type { Distribution } from './distributions.js';
import {
  type InspectTools,
  inspectPython,
  type PythonFacts,
  type PythonRequest,
} from './inspect.js';
import type { Machine } from './machine.js';
import { walkPath } from './path-walk.js';

/** What `venvhost venv` tells about one environment or installation. */
export interface Environment {
  /** The path as it was asked for. */
  readonly given: string;
  readonly root: string;
  readonly python: PythonFacts;
  readonly distributions: readonly Distribution[];
  readonly findings: readonly Diagnostic[];
  /** What to paste behind WSGIDaemonProcess NAME; absent where it cannot be used. */
  readonly line?: string;
}

type Who = Pick<PythonRequest, 'who'>;

/**
 * Everything about the environments that some absolute paths lead to. A path inside of one leads to its root,
 * a folder around some leads to each of them. All are asked in parallel.
 */
export async function describeEnvironments(
  paths: readonly string[],
  tools: InspectTools,
  who: Who,
): Promise<Environment[]> {
  const seen = new Set<string>();
  const targets = paths
    .flatMap((given) => targetsOf(given, tools.machine))
    .filter(({ root }) => !seen.has(root) && seen.add(root));
  return Promise.all(targets.map((target) => describe(target, tools, who)));
}

/** The active environment, and those near a folder: it may be inside of one, have some, or be beside some. */
export function environmentsNear(
  folder: string,
  active: readonly (string | undefined)[],
  machine: Machine,
): string[] {
  const inside = climbToRoot(folder, machine);
  const subfolders = machine
    .list(folder)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .slice(0, 200)
    .map((name) => join(folder, name));
  const found = [
    ...active.filter((path) => path?.startsWith('/')),
    ...(inside === undefined ? [] : [inside]),
    ...[folder, ...subfolders, dirname(folder)].flatMap((one) => environmentsIn(one, machine)),
  ];
  return [...new Set(found)] as string[];
}

interface Target {
  readonly given: string;
  readonly root: string;
}

function targetsOf(given: string, machine: Machine): Target[] {
  const path = given.replace(/(.)\/+$/, '$1');
  const root = climbToRoot(path, machine);
  if (root !== undefined) return [{ given, root }];
  const inside = walkPath(path, machine).end === 'folder' ? environmentsIn(path, machine) : [];
  return inside.length > 0 ? inside.map((one) => ({ given, root: one })) : [{ given, root: path }];
}

async function describe(
  { given, root }: Target,
  tools: InspectTools,
  who: Who,
): Promise<Environment> {
  const {
    python,
    findings,
    distributions = [],
  } = await inspectPython({ home: root, ...who }, tools);
  const usable = !findings.some(({ severity }) => severity === 'error');
  return {
    given,
    root,
    python,
    distributions,
    findings: [
      ...(given.replace(/\/+$/, '') === root || root === '/' ? [] : [climbed(given, root)]),
      ...findings,
      ...(usable ? withoutPip(root, python, distributions) : []),
    ],
    ...(usable && { line: homeLine(root) }),
  };
}

function climbed(given: string, root: string): Diagnostic {
  const inside = given.startsWith(`${root}/`);
  return diagnostic(
    'climbed-to-root',
    inside
      ? `${given} is inside of ${root}, which is looked at`
      : `${given} has the virtual environment ${basename(root)} in it, which is looked at`,
    { hint: `in a configuration, write the root: ${homeLine(root)}` },
  );
}

function withoutPip(
  root: string,
  { kind }: PythonFacts,
  distributions: readonly Distribution[],
): Diagnostic[] {
  if (kind === 'installation' || kind === 'conda') return [];
  if (distributions.some(({ name }) => name === 'pip')) return [];
  return [
    diagnostic('environment-without-pip', `${root} has no pip`, {
      hint:
        kind === 'uv'
          ? `install packages with: uv pip install --python ${root}/bin/python NAME`
          : `put it in: ${root}/bin/python -m ensurepip`,
    }),
  ];
}

function homeLine(root: string): string {
  return `python-home=${/[\s"]/.test(root) ? JSON.stringify(root) : root}`;
}
