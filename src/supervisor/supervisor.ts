import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Emit } from '../base/events.js';
import type { NamedScripts } from '../plan/named-scripts.js';
import type { Endpoint, ProcessGroupPlan } from '../plan/plan.js';
import { bootMessage, dialectOf } from './boot-message.js';
import { type Daemon, type DaemonCommand, type DaemonNews, startDaemon } from './daemon.js';
import type { Imports } from './incarnation.js';
import { type ProcessSet, type SetWorld, startProcessSet } from './process-set.js';
import type { ProcessFiles, SocketFolder } from './socket-folder.js';

/** Milliseconds between two looks at the journals, which daemons can write to and could make longer. */
const checkMilliseconds = 1000;

/** The processes of one process group for one application group. */
export interface Wanted {
  readonly processGroup: string;
  readonly applicationGroup: string;
}

export interface SupervisorOptions {
  readonly processGroups: readonly ProcessGroupPlan[];
  /** Whose processes are started at once; all others when a gateway wants them. */
  readonly startAtOnce: readonly Wanted[];
  readonly folder: SocketFolder;
  readonly emit: Emit;
  /** The only user whom a runtime lets connect. */
  readonly gatewayUid: number;
  /** What the configuration gives to this group. */
  readonly scripts: (group: ProcessGroupPlan) => NamedScripts;
  /** Application groups of one process group that get processes: names can come from requests. */
  readonly mostApplicationGroups: number;
  /** The command line that runs the runtime of this group as its user. */
  readonly command: (group: ProcessGroupPlan) => readonly string[];
  /** A file with the runtime compiled for the Python and the user of this group, where there is one. */
  readonly compiled?: (group: ProcessGroupPlan) => string | undefined;
  readonly endpointUp: (endpoint: Endpoint) => void;
  readonly endpointDown: (id: number) => void;
  readonly endpointLeaving: (id: number) => void;
  readonly groupBroken: (processGroup: string, applicationGroup: string, reason: string) => void;
  readonly start?: typeof startDaemon;
  readonly outOfMemory?: () => boolean;
  /** For every daemon, beside the environment of its group. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Looks for what is wrong with the environment of a group whose daemons do not start. */
  readonly diagnose?: (group: ProcessGroupPlan) => Promise<Diagnostic | undefined>;
}

export interface Supervisor {
  /** Makes sure that processes for this application group run. */
  want(processGroup: string, applicationGroup: string): void;
  /** Ends those that `want` has started for an application group that is a process of its own. */
  unwant(processGroup: string, applicationGroup: string): void;
  /** Replaces the process of an endpoint in which a request ran longer than request-timeout. */
  overdue(id: number): void;
  /** Replaces the process of an endpoint to which a gateway cannot connect. */
  unreachable(id: number): void;
  /** Stops all daemons; resolves when no process is left. */
  stop(graceful: number): Promise<void>;
  killNow(): void;
}

/** Starts the processes of all groups that are not broken, and keeps them running. */
export function startSupervisor(options: SupervisorOptions): Supervisor {
  const groups = new Map(options.processGroups.map((group) => [group.name, group]));
  const sets = new Map<string, Map<string, ProcessSet>>();
  /** They finish what they have, and get nothing new. */
  const unwanted = new Set<ProcessSet>();
  const told = new Set<ProcessGroupPlan>();
  const newId = counter();
  let stopping = false;

  function want(processGroup: string, wanted: string): void {
    const group = groups.get(processGroup);
    if (stopping || !group || group.broken) return;
    // Sub-interpreters are made by the process itself.
    const applicationGroup = group.isolation === 'interpreters' ? '' : wanted;
    const running = sets.get(processGroup) ?? new Map<string, ProcessSet>();
    sets.set(processGroup, running);
    if (running.has(applicationGroup)) return;
    if (group.lacksInterpreters && wanted !== '' && !told.has(group)) {
      told.add(group);
      const { version = '' } = group.python;
      options.emit({ type: 'interpreters-unavailable', processGroup, version });
    }
    if (running.size >= options.mostApplicationGroups) {
      options.emit({
        type: 'application-group-refused',
        processGroup,
        applicationGroup,
        limit: options.mostApplicationGroups,
      });
      return;
    }
    const world = worldOf(options, group, applicationGroup, newId);
    running.set(applicationGroup, startProcessSet(world, group.processes));
  }

  function unwant(processGroup: string, applicationGroup: string): void {
    const group = groups.get(processGroup);
    const set = sets.get(processGroup)?.get(applicationGroup);
    if (stopping || !set || group?.isolation !== 'processes' || applicationGroup === '') return;
    sets.get(processGroup)?.delete(applicationGroup);
    unwanted.add(set);
    options.emit({ type: 'application-group-ended', processGroup, applicationGroup });
    void set.stop(group.timeouts.graceful).then(() => unwanted.delete(set));
  }

  for (const group of options.processGroups) reportBroken(options, group);
  for (const { processGroup, applicationGroup } of options.startAtOnce)
    want(processGroup, applicationGroup);

  const all = () => [
    ...[...sets.values()].flatMap((running) => [...running.values()]),
    ...unwanted,
  ];
  const checking = setInterval(() => {
    for (const set of all()) set.checkJournals();
  }, checkMilliseconds);
  return {
    want,
    unwant,
    overdue(id) {
      if (!stopping) for (const set of all()) set.overdue(id);
    },
    unreachable(id) {
      if (!stopping) for (const set of all()) set.unreachable(id);
    },
    async stop(graceful) {
      stopping = true;
      clearInterval(checking);
      await Promise.all(all().map((set) => set.stop(graceful)));
    },
    killNow() {
      stopping = true;
      clearInterval(checking);
      for (const set of all()) set.killNow();
    },
  };
}

function reportBroken(options: SupervisorOptions, group: ProcessGroupPlan): void {
  const { broken, name } = group;
  if (!broken) return;
  const hint = broken.hint === undefined ? {} : { hint: broken.hint };
  const { code, message } = broken;
  options.emit({ type: 'group-broken', processGroup: name, code, message, ...hint });
}

function worldOf(
  options: SupervisorOptions,
  group: ProcessGroupPlan,
  applicationGroup: string,
  newId: () => number,
): SetWorld {
  const compiled = options.compiled?.(group);
  const dialect = dialectOf(group);
  const scripts = options.scripts(group);
  const command = (secret: string, imports: Imports): DaemonCommand => ({
    argv: options.command(group),
    ...(compiled !== undefined && { compiled }),
    environment: { ...group.environment, ...options.environment },
    boot: bootMessage(group, {
      applicationGroup,
      gatewayUid: options.gatewayUid,
      secret,
      scripts,
      imports,
    }),
    dialect,
  });
  const start = options.start ?? startDaemon;
  const unusable = onceAMinute((message) => {
    void explain(options, group, message);
  });
  return {
    processGroup: group.name,
    applicationGroup,
    threads: group.threads,
    dialect,
    timeouts: group.timeouts,
    emit: options.emit,
    now: () => performance.now(),
    newId,
    createFiles: options.folder.create,
    start: (files: ProcessFiles, tell: (news: DaemonNews) => void, imports: Imports): Daemon =>
      start(command(files.secret, imports), files, tell),
    endpointUp: options.endpointUp,
    endpointDown: options.endpointDown,
    endpointLeaving: options.endpointLeaving,
    ...(options.outOfMemory && { outOfMemory: options.outOfMemory }),
    unusable,
    broken: (reason) => options.groupBroken(group.name, applicationGroup, reason),
  };
}

/** A finding about the environment tells more than what was seen of the process. */
async function explain(
  { diagnose, emit }: SupervisorOptions,
  group: ProcessGroupPlan,
  seen: string,
): Promise<void> {
  const finding = await diagnose?.(group).catch(() => undefined);
  const { code, message, hint } = finding ?? diagnostic('daemon-unusable', seen);
  const way = hint === undefined ? {} : { hint };
  emit({ type: 'group-broken', processGroup: group.name, code, message, ...way });
}

/** The same reason, tried again every few seconds, is told once in a while only. */
function onceAMinute(tell: (message: string) => void): (message: string) => void {
  let last = { message: '', at: 0 };
  return (message) => {
    const now = performance.now();
    if (message === last.message && now - last.at < 60_000) return;
    last = { message, at: now };
    tell(message);
  };
}

function counter(): () => number {
  let last = 0;
  return () => ++last;
}
