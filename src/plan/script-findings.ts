import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Activation } from '../python/activations.js';
import { minorVersion } from '../python/versions.js';
import type { Facts } from './facts.js';
import type { ScriptUse } from './script-answers.js';

/** A script that activates an environment, in a group that runs it. */
interface Activating {
  readonly use: ScriptUse;
  readonly activation: Activation;
}

/** What can be told from the text of scripts that activate virtual environments by themselves. */
export function checkActivations(facts: Facts): Diagnostic[] {
  const activating = (facts.scripts?.uses ?? []).flatMap((use) =>
    (facts.activations?.scripts[use.path] ?? []).map((activation) => ({ use, activation })),
  );
  const groups = new Map<string, Activating[]>();
  for (const one of activating)
    groups.set(one.use.group, [...(groups.get(one.use.group) ?? []), one]);
  return [...groups].flatMap(([group, all]) => [
    ...onceForEach(all).flatMap((one) => ofAnotherPython(one, facts)),
    ...withoutEmptyHome(group, all, facts),
  ]);
}

/** A script that several URLs lead to is told of once. */
function onceForEach(all: readonly Activating[]): Activating[] {
  const key = ({ use, activation }: Activating) => `${use.path}\n${activation.root}`;
  return [...new Map(all.toReversed().map((one) => [key(one), one])).values()].reverse();
}

/** Packages of one version of Python are no use to another. */
function ofAnotherPython({ use, activation }: Activating, facts: Facts): Diagnostic[] {
  const { root, version, line } = activation;
  const runs = facts.pythons[use.group]?.python.version;
  if (version === undefined || runs === undefined || minorVersion(runs) === version) return [];
  return [
    diagnostic(
      'environment-of-another-python',
      `line ${line} of ${use.path} activates ${root}, which is of Python ${version}, but Python ${minorVersion(runs)} runs the script: its packages are not for that`,
      {
        at: use.at,
        hint: `remove the activation and run the script in a group of its own:\nWSGIDaemonProcess ${nameFor(root)} python-home=${root}`,
      },
    ),
  ];
}

/** What the group's own Python has installed is seen beside what the script activates. */
function withoutEmptyHome(group: string, all: readonly Activating[], facts: Facts): Diagnostic[] {
  const { python } = facts.pythons[group] ?? {};
  if (python?.version === undefined) return [];
  const { home, executable } = python;
  const roots = [...new Set(all.map(({ activation }) => activation.root))];
  // To activate the home itself adds nothing.
  if (home !== undefined && roots.every((root) => root === home)) return [];
  const seen = home === undefined ? undefined : (facts.activations?.packages[home] ?? []);
  if (seen?.length === 0) return [];
  const scripts = [...new Set(all.map(({ use }) => use.path))];
  const what =
    seen === undefined
      ? `${executable} has installed`
      : `python-home ${home} has installed (${seen.slice(0, 3).join(', ')}${seen.length > 3 ? ', …' : ''})`;
  const setting = group === '' ? 'WSGIPythonHome ' : 'python-home=';
  return [
    diagnostic(
      'activated-without-empty-home',
      `${scripts.length === 1 ? `${scripts[0]} activates ${roots[0]}` : `${scripts.length} scripts of ${group === '' ? 'embedded mode' : `process group ${JSON.stringify(group)}`} activate environments (${roots.join(', ')})`}: packages that ${what} are seen too, and may hide others`,
      {
        at: all[0]!.use.at,
        hint: `give each application a group with its own python-home\nor state an environment without any package: ${setting}/path/to/empty`,
      },
    ),
  ];
}

function nameFor(root: string): string {
  return (
    root
      .split('/')
      .at(-1)
      ?.replace(/[^\w.-]/g, '-') || 'NAME'
  );
}
