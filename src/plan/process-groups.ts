import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import type { Config, ProcessGroup, ProcessGroupOptions } from '../config/config.js';
import { compareVersions } from '../python/installed.js';
import { firstClosed } from '../python/path-walk.js';
import type { Facts } from './facts.js';
import type { PlannedHost } from './hosts.js';
import type { Identities } from './identities.js';
import type { LogTable } from './logs.js';
import { environmentOfPackages, unreachable } from './paths.js';
import type { Identity, ProcessGroupPlan } from './plan.js';
import { preloads } from './preload.js';
import { processEnvironment } from './process-environment.js';
import { statedHome } from './python-requests.js';
import { type GroupUse, restrictedTo } from './uses.js';

/** What a plan of the groups is made from. */
export interface GroupParts {
  readonly config: Config;
  readonly facts: Facts;
  readonly hosts: readonly PlannedHost[];
  readonly uses: readonly GroupUse[];
  readonly identities: Identities;
  readonly logs: LogTable;
}

/** A group's plan, and what was found on the way; an error among the findings of its environment breaks it. */
export interface PlannedGroup {
  readonly plan: ProcessGroupPlan;
  readonly diagnostics: readonly Diagnostic[];
}

/** Every defined group. */
export function planProcessGroups(parts: GroupParts): PlannedGroup[] {
  return parts.config.processGroups.map((group) => planGroup(group, parts));
}

export function planGroup(group: ProcessGroup, parts: GroupParts): PlannedGroup {
  const { config, facts, hosts, identities, logs } = parts;
  const { name, options } = group;
  const identity = identities.groups.get(name);
  const runner = identity ?? identities.self;
  const findings = environmentFindings(group, runner, parts);
  const broken = findings.find(({ severity }) => severity === 'error') ?? unprotected(options);
  const owner = restrictedTo(group, hosts);
  const host = group.host === undefined ? hosts[0] : hosts[group.host + 1];
  const errorLog = logs.errorLogOf(host?.plan.id ?? 0);
  const python = facts.pythons[name]?.python;
  const home = statedHome(config, name)?.stated.value;
  return {
    diagnostics: findings,
    plan: {
      ...(name !== '' && { at: group.at }),
      name,
      ...(owner !== undefined && { restrictedTo: owner }),
      processes: options.processes?.value ?? 1,
      threads: Math.max(1, options.threads?.value ?? 15),
      ...isolation(options, python?.version),
      multiprocess: options.processes !== undefined,
      python: {
        ...(home !== undefined && { home }),
        executable: python?.executable ?? (home === undefined ? 'python3' : `${home}/bin/python`),
        ...(python?.version !== undefined && { version: python.version }),
        ...(python?.prefix !== undefined && { prefix: python.prefix }),
      },
      pythonPath: options.pythonPath?.value ?? [],
      ...(identity && { identity }),
      ...(options.umask && { umask: options.umask.value }),
      directory: options.home?.value ?? usualFolder(runner, parts),
      directoryStated: options.home !== undefined,
      environment: processEnvironment({ options, python, runner, facts }),
      ...(options.displayName && {
        displayName: options.displayName.value.replaceAll('%{GROUP}', `(wsgi:${name})`),
      }),
      timeouts: timeouts(options),
      maximumRequests: options.maximumRequests?.value ?? 0,
      queueLimit: options.listenBacklog?.value ?? 1000,
      ...(errorLog !== undefined && { errorLog }),
      preload: preloads(name, hosts),
      ...(broken && { broken }),
    },
  };
}

function unprotected({ unprotected: option }: ProcessGroupOptions): Diagnostic | undefined {
  return (
    option &&
    diagnostic(
      'unsupported-directive',
      `${option.value}= is not supported, and protects its scripts`,
      {
        at: option.at,
        hint: `leave ${option.value}= out only where that is no harm`,
      },
    )
  );
}

/** `_xxsubinterpreters` came with Python 3.8. */
function isolation(
  { applicationIsolation }: ProcessGroupOptions,
  version: string | undefined,
): Pick<ProcessGroupPlan, 'isolation' | 'lacksInterpreters'> {
  if (applicationIsolation?.value === 'process') return { isolation: 'processes' };
  const able = version === undefined || compareVersions(version, '3.8') >= 0;
  return able ? { isolation: 'interpreters' } : { isolation: 'processes', lacksInterpreters: true };
}

/**
 * Seconds. mod_wsgi's defaults but for two: a request waits 45 s for a thread and no longer, and a process
 * that has not come up after 60 s is given up (there, nothing watches a process before its first request).
 */
function timeouts(options: ProcessGroupOptions): ProcessGroupPlan['timeouts'] {
  return {
    startup: options.startupTimeout?.value ?? 60,
    request: options.requestTimeout?.value ?? 0,
    queue: options.queueTimeout?.value ?? 45,
    graceful: options.gracefulTimeout?.value ?? 15,
    shutdown: options.shutdownTimeout?.value ?? 5,
    connect: options.connectTimeout?.value ?? 15,
  };
}

/**
 * As mod_wsgi: the folder of a user other than that of the server; the server's own user stays in the root. So it does
 * for a folder that cannot be entered: mod_wsgi would not start there.
 */
function usualFolder(
  runner: Identity,
  { config, facts: { paths }, identities }: GroupParts,
): string {
  const { self, applications } = identities;
  const ofServer = applications ?? (config.global.user && self);
  if (runner.uid === ofServer?.uid) return '/';
  const walk = paths[runner.homeDirectory];
  return walk?.end === 'folder' && !firstClosed(walk, runner) ? runner.homeDirectory : '/';
}

function environmentFindings(
  group: ProcessGroup,
  runner: Identity,
  { config, facts }: GroupParts,
): Diagnostic[] {
  const { home, pythonPath } = group.options;
  const at = statedHome(config, group.name)?.stated.at ?? group.at;
  return [
    ...(facts.pythons[group.name]?.findings ?? []).map((found) => ({ at, ...found })),
    ...(home ? workingFolder(home.value, home.at, runner, facts) : []),
    ...(pythonPath?.value ?? []).flatMap((path) =>
      onPythonPath(path, pythonPath!.at, runner, facts),
    ),
  ];
}

function workingFolder(path: string, at: Span, runner: Identity, facts: Facts): Diagnostic[] {
  const end = facts.paths[path]?.end;
  if (end === 'folder' || end === 'denied' || end === undefined)
    return unreachable(path, at, [runner], facts);
  return [
    diagnostic(
      'working-folder-missing',
      `home ${JSON.stringify(path)} ${end === 'missing' ? 'does not exist' : 'is not a folder'}`,
      { at, hint: `make it: mkdir -p ${path}\nor leave home= out` },
    ),
  ];
}

function onPythonPath(path: string, at: Span, runner: Identity, facts: Facts): Diagnostic[] {
  const root = environmentOfPackages(path);
  if (root !== undefined && facts.paths[`${root}/pyvenv.cfg`]?.end === 'file')
    return [
      diagnostic(
        'python-path-is-environment',
        `python-path ${JSON.stringify(path)} adds the packages of a virtual environment to another Python`,
        { at, hint: `write python-home=${root} instead, and its own Python runs` },
      ),
    ];
  if (facts.paths[path]?.end !== 'missing') return unreachable(path, at, [runner], facts);
  return [
    diagnostic('python-path-missing', `python-path folder ${JSON.stringify(path)} does not exist`, {
      at,
      hint: 'modules are not found there until it does',
    }),
  ];
}
