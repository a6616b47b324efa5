import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import type { Config } from '../config/config.js';
import { unsafeInSubInterpreters } from '../python/subinterpreters.js';
import type { Facts } from './facts.js';
import { groupChoices } from './group-choices.js';
import { formatGroupName } from './group-name.js';
import type { ProcessGroupPlan } from './plan.js';
import { usesEmbedded } from './python-requests.js';
import { type GroupUse, groupOfImport } from './uses.js';

/** Groups that work, but not as people expect. */
export function checkGroups(
  config: Config,
  groups: readonly ProcessGroupPlan[],
  uses: readonly GroupUse[],
  facts: Facts,
): Diagnostic[] {
  return [
    ...groups.flatMap((group) => unsafePackages(group, uses, facts)),
    ...sharedInterpreters(uses),
    ...besideGroups(config, uses),
    ...unneededHome(config, uses),
  ];
}

/** A group whose requests can get a sub-interpreter, and whose packages do not work in one. */
function unsafePackages(
  { name, isolation, at }: ProcessGroupPlan,
  uses: readonly GroupUse[],
  { pythons }: Facts,
): Diagnostic[] {
  const unsafe = unsafeInSubInterpreters(pythons[name]?.distributions ?? []);
  const [first] = unsafe;
  // What the Python of the system has installed is seldom there for an application.
  if (!first || isolation === 'processes' || pythons[name]?.python.home === undefined) return [];
  const sub = uses
    .filter((use) => use.name === name && use.mount)
    .flatMap(({ host, mount }) =>
      groupChoices(host.plan, mount!.plan, 'applicationGroup').map((choice) => ({
        choice,
        mount: mount!,
      })),
    )
    .find(({ choice }) => choice.name.kind !== 'literal' || choice.name.name !== '');
  if (!sub) return [];
  const group = formatGroupName(sub.choice.name);
  const names = unsafe.map((one) => one.name).slice(0, 4);
  return [
    diagnostic(
      'subinterpreter-unsafe',
      `${JSON.stringify(sub.mount.plan.target)} runs in application group ${group}, a sub-interpreter, where ${first.name} does not work: ${first.reason}${names.length > 1 ? ` (also ${names.slice(1).join(', ')})` : ''}`,
      {
        at: sub.mount.stated.at,
        hint: `add WSGIApplicationGroup %{GLOBAL} if it is the only application of process group ${name || 'NAME'}\nor add application-isolation=process to its WSGIDaemonProcess`,
        ...(at && { related: [{ message: 'its process group', at }] }),
      },
    ),
  ];
}

interface Load {
  readonly script: string;
  readonly at: Span;
}

/** Different scripts in one interpreter. What only requests tell is left out. */
function sharedInterpreters(uses: readonly GroupUse[]): Diagnostic[] {
  const interpreters = new Map<string, { title: string; loads: Load[] }>();
  for (const { host, mount, name } of uses) {
    if (!mount || name === undefined || mount.inherited) continue;
    if (mount.plan.folder || mount.plan.url.kind === 'regex') continue;
    const choices = groupChoices(host.plan, mount.plan, 'applicationGroup');
    const [choice] = choices;
    if (choices.length !== 1 || choice?.name.kind !== 'literal') continue;
    const key = JSON.stringify([name, choice.name.name]);
    const known = interpreters.get(key) ?? {
      title: `application group ${formatGroupName(choice.name)} of ${name === '' ? 'embedded mode' : `process group ${JSON.stringify(name)}`}`,
      loads: [],
    };
    known.loads.push({ script: mount.plan.target, at: mount.stated.at });
    interpreters.set(key, known);
  }
  return [...interpreters.values()].flatMap(({ title, loads }) => {
    const [first] = loads;
    const other = loads.find(({ script }) => script !== first?.script);
    if (!first || !other) return [];
    return [
      diagnostic(
        'application-group-shared',
        `${first.script} and ${other.script} share ${title}: modules and os.environ of one are those of the other`,
        {
          at: other.at,
          hint: 'give each its own process group, or leave WSGIApplicationGroup out',
          related: [{ message: 'the other one is mounted here', at: first.at }],
        },
      ),
    ];
  });
}

/** The usual reason why python-home "has no effect". */
function besideGroups(config: Config, uses: readonly GroupUse[]): Diagnostic[] {
  const seen = new Set<string>();
  return uses.flatMap(({ host, mount, name }) => {
    if (name !== '' || !mount || mount.inherited) return [];
    const group = config.processGroups.find(
      (one) =>
        host.plan.id > 0 &&
        [one, ...(one.twins ?? [])].some((twin) => twin.host === host.plan.id - 1),
    );
    const { at, target } = mount.stated;
    if (!group || seen.has(target)) return [];
    seen.add(target);
    return [
      diagnostic(
        'embedded-beside-group',
        `${target} runs in embedded mode although its <VirtualHost> defines process group ${JSON.stringify(group.name)}`,
        {
          at,
          hint: `add WSGIProcessGroup ${group.name} to the <VirtualHost>`,
          related: [{ message: 'the group is defined here', at: group.at }],
        },
      ),
    ];
  });
}

function unneededHome(config: Config, uses: readonly GroupUse[]): Diagnostic[] {
  const home = config.global.pythonHome;
  if (!home || usesEmbedded(config, uses)) return [];
  const imports = uses.some(({ mount, name }) => !mount && groupOfImport(name ?? '') === '');
  if (imports || config.processGroups.some(({ options }) => !options.pythonHome)) return [];
  return [
    diagnostic(
      'python-home-unneeded',
      'nothing uses WSGIPythonHome: every process group has a python-home of its own',
      { at: home.at, hint: 'remove it' },
    ),
  ];
}
