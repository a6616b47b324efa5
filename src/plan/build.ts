import { join } from 'node:path';
import type { Code } from '../base/codes.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Config, ListenAddress } from '../config/config.js';
import { checkAccess } from './access-check.js';
import { checkAliasSlashes } from './alias-slashes.js';
import { planEmbedded } from './embedded.js';
import type { Facts } from './facts.js';
import { checkGatewayUser } from './gateway-user.js';
import { checkGroups } from './group-checks.js';
import { hostTitle, type PlannedHost, planHosts } from './hosts.js';
import { planIdentities } from './identities.js';
import { planListeners } from './listeners.js';
import { checkLogFolders } from './log-folders.js';
import { planLogs } from './logs.js';
import { checkMachine } from './machine-checks.js';
import { checkNamesOfClients } from './names-of-clients.js';
import { checkPaths } from './paths.js';
import type { Plan } from './plan.js';
import { ignoredVariables } from './process-environment.js';
import { planProcessGroups } from './process-groups.js';
import { checkPrograms } from './programs.js';
import { checkScripts } from './script-checks.js';
import { checkActivations } from './script-findings.js';
import { checkShadows } from './shadows.js';
import { checkUses, groupUses } from './uses.js';

/** What the command line adds to the configuration. */
export interface PlanOptions {
  /** Replaces every Listen. */
  readonly listen?: readonly ListenAddress[];
  /** Number of gateway processes; 1 unstated. */
  readonly gateways?: number;
  /** Folder in which the private folder for sockets is made; WSGISocketPrefix wins. */
  readonly runtimeFolder?: string;
}

export interface Planned {
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/** Config and Facts become a Plan. Pure; always gives a plan, which `refusesStart` may forbid to run. */
export function buildPlan(config: Config, facts: Facts, options: PlanOptions = {}): Planned {
  const identities = planIdentities(config, facts);
  const hosts = planHosts(config, facts);
  const uses = groupUses(hosts);
  const logs = planLogs(config);
  const { listeners, addresses, diagnostics } = planListeners(config, options.listen);
  const parts = { config, facts, hosts, uses, identities, logs };
  const groups = planProcessGroups(parts);
  const embedded = planEmbedded(parts, options.gateways ?? 1);
  const socketPrefix =
    config.global.socketPrefix?.value ??
    join(options.runtimeFolder ?? facts.runtimeFolder, 'venvhost');
  const errorLog = logs.errorLogOf(0);
  return {
    plan: {
      serverRoot: config.global.serverRoot?.value ?? '/',
      ...(config.global.pidFile && { pidFile: config.global.pidFile.value }),
      socketPrefix,
      gateways: {
        count: options.gateways ?? 1,
        ...(identities.gateways && { identity: identities.gateways }),
      },
      listeners,
      hosts: hosts.map(({ plan }) => {
        const errorLog = logs.errorLogOf(plan.id);
        return {
          ...plan,
          ...(plan.id > 0 && { addresses: addresses[plan.id - 1] ?? [] }),
          ...(errorLog !== undefined && { errorLog }),
          accessLogs: logs.accessLogsOf(plan.id),
        };
      }),
      processGroups: groups.map(({ plan }) => plan),
      ...(embedded && { embedded: embedded.plan }),
      logs: logs.paths,
      ...(errorLog !== undefined && { errorLog }),
      logLevel: hosts[0]!.plan.logLevel,
    },
    diagnostics: [
      ...diagnostics,
      ...identities.diagnostics,
      ...checkPrograms(facts.closedPrograms),
      ...ignoredVariables(facts),
      ...groups.flatMap((group) => group.diagnostics),
      ...(embedded?.diagnostics ?? []),
      ...checkUses(config, hosts, uses),
      ...checkGroups(
        config,
        groups.map(({ plan }) => plan),
        uses,
        facts,
      ),
      ...checkGatewayUser(
        config,
        groups.map(({ plan }) => plan),
        uses,
        identities.gateways,
      ),
      ...checkNamesOfClients(config, hosts),
      ...checkMachine(config, facts),
      ...checkScripts(config.processGroups, facts),
      ...checkActivations(facts),
      ...checkShadows(hosts),
      ...checkAliasSlashes(hosts),
      ...hosts.flatMap((host) => nothingMounted(host, hosts.length > 1)),
      ...checkPaths(hosts, uses, facts, identities),
      ...checkAccess(hosts, facts),
      ...logs.diagnostics,
      ...checkLogFolders(config, facts, identities),
      ...socketPathLength(socketPrefix),
    ],
  };
}

/** These say that one process group, or one script, cannot run; the others can. */
const groupIsBroken: ReadonlySet<Code> = new Set<Code>([
  'home-missing',
  'home-not-a-folder',
  'home-unreachable',
  'interpreter-missing',
  'interpreter-broken',
  'interpreter-too-old',
  'interpreter-not-executable',
  'interpreter-other-architecture',
  'interpreter-killed',
  'interpreter-silent',
  'interpreter-hangs',
  'base-python-missing',
  'environment-cfg-unreadable',
  'packages-unreadable',
  'working-folder-missing',
  'script-unreadable',
  'script-owner-mismatch',
  'script-syntax-error',
  'script-is-python2',
  'script-is-python3',
  'script-callable-missing',
  'script-uses-execfile',
  'activate-this-missing',
]);

/**
 * Whether nothing must be started: an error that is not the matter of a single process group, or no
 * process group that could run. A python-home that names a wrong folder is a mistake in the configuration,
 * not a fault of the machine, and refuses.
 */
export function refusesStart(plan: Plan, diagnostics: readonly Diagnostic[]): boolean {
  if (diagnostics.some(({ severity, code }) => severity === 'error' && !groupIsBroken.has(code)))
    return true;
  const groups = [...plan.processGroups, ...(plan.embedded ? [plan.embedded] : [])];
  return groups.length > 0 && groups.every(({ broken }) => broken);
}

function nothingMounted({ plan, at }: PlannedHost, hasVirtualHosts: boolean): Diagnostic[] {
  if (plan.id === 0 && hasVirtualHosts) return [];
  if (plan.mounts.length + plan.files.length > 0 || plan.documentRoot !== undefined) return [];
  return [
    diagnostic('nothing-mounted', `${hostTitle(plan)} serves nothing: every request gets 404`, {
      ...(at && { at }),
      hint: 'add WSGIScriptAlias / /path/to/app.wsgi',
    }),
  ];
}

/** `sun_path` has 108 bytes on Linux, 104 on macOS; `.<pid>.<random>/<name>` takes up to 40 of them. */
function socketPathLength(prefix: string): Diagnostic[] {
  const [length, limit] = [Buffer.byteLength(prefix), 104 - 40];
  if (length <= limit) return [];
  return [
    diagnostic(
      'socket-path-too-long',
      `the prefix of sockets ${JSON.stringify(prefix)} has ${length} bytes, at most ${limit} are possible`,
      { hint: 'write a short one: WSGISocketPrefix /run/venvhost' },
    ),
  ];
}
