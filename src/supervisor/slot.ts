import type { DeathCause, Emit } from '../base/events.js';
import type { Endpoint } from '../plan/plan.js';
import type { LeavingReason, Loaded } from '../protocol/control.js';
import type { Dialect } from '../protocol/marshal.js';
import { type Daemon, type DaemonNews, descriptorsClosed } from './daemon.js';
import { deathEvent, outputEvent } from './daemon-events.js';
import { deadlineOf, next, type SlotEffect, type SlotEvent, type SlotState } from './slot-state.js';
import type { ProcessFiles } from './socket-folder.js';

export interface SlotWorld {
  readonly processGroup: string;
  readonly applicationGroup: string;
  readonly threads: number;
  readonly dialect: Dialect;
  /** Where the slot stands among those of its set, from 0 to 1. */
  readonly share: number;
  /** Seconds. */
  readonly timeouts: {
    readonly startup: number;
    readonly graceful: number;
    readonly shutdown: number;
  };
  readonly emit: Emit;
  /** Milliseconds of a clock that nobody can set. */
  readonly now: () => number;
  /** A number that no other process of this server has. */
  readonly newId: () => number;
  readonly createFiles: (id: number) => ProcessFiles;
  /** @param loaded what the process had imported whose place the new one takes. */
  readonly start: (
    files: ProcessFiles,
    tell: (news: DaemonNews) => void,
    loaded: readonly Loaded[],
  ) => Daemon;
  readonly endpointUp: (endpoint: Endpoint) => void;
  readonly endpointDown: (id: number) => void;
  /** It takes nothing new, and answers what it has begun. */
  readonly endpointLeaving: (id: number) => void;
  /** No process of this slot can start, for this reason, until one has; it is tried again with growing delays. */
  readonly unusable: (reason: string) => void;
  /** Whether the kernel killed a process for want of memory since it was asked last. */
  readonly outOfMemory?: () => boolean;
}

export interface Slot {
  start(): void;
  /** Seconds for requests that run; 0 is at once. Resolves when no process is left. */
  stop(graceful: number): Promise<void>;
  /** A request in this process ran longer than request-timeout: another process takes its place. */
  overdue(id: number): void;
  /** A gateway cannot connect to this process: another one takes its place. Those that are connected go on meanwhile. */
  unreachable(id: number): void;
  /** Ends a process that has changed the length of its journal. To be asked now and then. */
  checkJournals(): void;
  /** SIGKILL for everything, without waiting: the last resort when the supervisor itself fails. */
  killNow(): void;
}

/** One process of this slot, present, outdated or let go. */
interface Incarnation {
  readonly id: number;
  readonly startedAt: number;
  readonly files: ProcessFiles;
  readonly daemon: Daemon;
  /** The scripts that it has imported. */
  readonly loaded: Loaded[];
  announced: boolean;
  /** Scripts that it could not import before it was ready. */
  failedImports: number;
  /** Whether its end is wanted: then it is no failure. */
  expected: boolean;
  limit?: NodeJS.Timeout;
  /** Why we killed it. */
  killed?: DeathCause;
}

/** So many starts in a row that failed: requests need not wait for this slot. */
const hopelessAfter = 2;
/** Processes that leave for these reasons serve until the next one is ready. */
const serveOn: readonly LeavingReason[] = ['script-changed', 'unreachable'];
/** More scripts than this are not remembered: what a process says is not believed without limit. */
const mostLoaded = 1000;

/** The loop that acts on slot-state.ts. */
export function createSlot(world: SlotWorld): Slot {
  let state: SlotState = { kind: 'stopped' };
  let current: Incarnation | undefined;
  /** They serve, with the old code or those gateways that are connected, until the current one is ready. */
  const outdated = new Set<Incarnation>();
  const alive = new Set<Incarnation>();
  let timer: NodeJS.Timeout | undefined;
  let whenGone: (() => void)[] = [];
  const limits = {
    startup: world.timeouts.startup * 1000,
    shutdown: world.timeouts.shutdown * 1000,
    share: world.share,
  };
  const who = { processGroup: world.processGroup, applicationGroup: world.applicationGroup };

  function handle(event: SlotEvent): void {
    const step = next(state, event, world.now(), limits);
    state = step.state;
    for (const effect of step.effects) act(effect, event);
    setTimer();
    tellWhenGone();
  }

  function act(effect: SlotEffect, event: SlotEvent): void {
    switch (effect) {
      case 'spawn':
        current = spawnOne();
        return;
      case 'kill':
        current?.daemon.kill();
        return;
      case 'ask-to-stop':
        if (current) current.expected = true;
        current?.daemon.stop(event.type === 'stop' ? event.graceful / 1000 : 0);
        return;
      case 'let-go':
        letGo(event);
        return;
      default:
        report(effect);
    }
  }

  function report(effect: SlotEffect): void {
    const pid = current?.daemon.pid ?? 0;
    if (effect === 'report-start-timeout') {
      if (current) current.killed = 'startup-timeout';
      world.emit({ type: 'daemon-start-timeout', ...who, pid, seconds: world.timeouts.startup });
    }
    if (effect === 'report-stop-timeout') {
      if (current) current.killed = 'shutdown-timeout';
      world.emit({ type: 'daemon-stop-timeout', ...who, pid, seconds: world.timeouts.shutdown });
    }
    if (effect === 'report-delay' && state.kind === 'backing-off')
      world.emit({
        type: 'daemon-restart-delayed',
        ...who,
        milliseconds: Math.round(state.deadline - world.now()),
        failures: state.failures.deaths || state.failures.crashes || state.failures.imports,
      });
  }

  /** A process that cannot even be started counts as one that died at once. */
  function spawnOne(): Incarnation | undefined {
    const id = world.newId();
    let files: ProcessFiles | undefined;
    try {
      files = world.createFiles(id);
      const own = files;
      const loaded = [...outdated].flatMap((old) => old.loaded);
      const daemon = world.start(own, (news) => hear(one, news), loaded);
      own.closeFds();
      const one: Incarnation = {
        id,
        startedAt: world.now(),
        files: own,
        daemon,
        loaded: [],
        announced: false,
        failedImports: 0,
        expected: false,
      };
      alive.add(one);
      if (daemon.pid !== 0) world.emit({ type: 'daemon-starting', ...who, pid: daemon.pid });
      return one;
    } catch (error) {
      files?.closeFds();
      files?.remove();
      world.unusable(`a daemon process cannot be started: ${(error as Error).message}`);
      setImmediate(() => handle({ type: 'exited', used: false }));
      return undefined;
    }
  }

  function hear(one: Incarnation, news: DaemonNews): void {
    const pid = one.daemon.pid;
    if (isFailedImport(news) && !one.announced) one.failedImports++;
    switch (news.type) {
      case 'raw':
      case 'log':
      case 'message':
        world.emit(outputEvent(news, { ...who, pid }));
        return;
      case 'ready':
        if (one === current && !one.announced)
          becomeReady(one, news.ready.version, news.ready.prefix);
        return;
      case 'leaving':
        if (one === current) leave(one, news.leaving.reason, news.leaving.script ?? undefined);
        else if (outdated.delete(one)) limitEnd(one);
        return;
      case 'loaded':
        if (one.loaded.length < mostLoaded) one.loaded.push(news.loaded);
        return;
      case 'outdated':
        if (one === current && state.kind === 'ready')
          leave(one, 'script-changed', news.outdated.script);
        return;
      case 'boot-failed':
        // Its end is no news any more.
        if (one !== current || state.kind !== 'starting' || state.doomed) return;
        one.expected = true;
        world.unusable(news.failed.text);
        handle({ type: 'boot-failed' });
        return;
      case 'unreachable':
        // One that was told to go may take its time.
        if (!one.expected) end(one, 'descriptors-closed');
        return;
      case 'exited':
        gone(one, news);
    }
  }

  /** Nobody else would: what it does is no business of a process of ours. */
  function end(one: Incarnation, cause: DeathCause): void {
    one.killed = cause;
    one.daemon.kill();
  }

  function becomeReady(one: Incarnation, version: string, prefix: string): void {
    handle({ type: 'ready' });
    if (state.kind !== 'ready') return;
    const { pid } = one.daemon;
    const milliseconds = Math.round(world.now() - one.startedAt);
    one.announced = true;
    const { failedImports } = one;
    world.emit({
      type: 'daemon-ready',
      ...who,
      pid,
      version,
      prefix,
      milliseconds,
      ...(failedImports > 0 && { failedImports }),
    });
    const { socket, journal, secret } = one.files;
    const { threads, dialect } = world;
    world.endpointUp({ id: one.id, ...who, pid, socket, journal, secret, threads, dialect });
    for (const old of outdated) dismiss(old);
  }

  function leave(one: Incarnation, reason: LeavingReason, script: string | undefined): void {
    const said = script === undefined ? {} : { script };
    if (state.kind === 'ready' || state.kind === 'starting')
      world.emit({ type: 'daemon-restarting', ...who, pid: one.daemon.pid, reason, ...said });
    handle({ type: 'leaving', reason });
  }

  function letGo(event: SlotEvent): void {
    const leaving = current;
    current = undefined;
    if (!leaving) return;
    if (event.type === 'leaving' && serveOn.includes(event.reason)) outdated.add(leaving);
    else limitEnd(leaving);
  }

  /** Its successor is ready, or it is no use any more. */
  function dismiss(old: Incarnation, how?: { readonly stacks: boolean }): void {
    outdated.delete(old);
    // A gateway that is not connected hears it from nobody else.
    world.endpointLeaving(old.id);
    old.daemon.stop(world.timeouts.graceful, how);
    limitEnd(old);
  }

  function limitEnd(leaving: Incarnation): void {
    leaving.expected = true;
    const { graceful, shutdown } = world.timeouts;
    leaving.limit = setTimeout(
      () => {
        const { pid } = leaving.daemon;
        leaving.killed = 'shutdown-timeout';
        world.emit({ type: 'daemon-stop-timeout', ...who, pid, seconds: shutdown });
        leaving.daemon.kill();
      },
      (graceful + shutdown) * 1000,
    );
  }

  function gone(one: Incarnation, news: DaemonNews & { type: 'exited' }): void {
    alive.delete(one);
    outdated.delete(one);
    clearTimeout(one.limit);
    if (one.announced) world.endpointDown(one.id);
    const used = one.announced && one.files.begun();
    one.files.remove();
    const cause = causeOf(one, news);
    if (news.error !== undefined)
      world.unusable(`a daemon process cannot be started: ${news.error}`);
    else world.emit(deathEvent(news, { ...who, pid: one.daemon.pid }, one.expected, cause));
    if (one === current) {
      current = undefined;
      if (state.kind === 'starting' && state.failures.starts >= hopelessAfter && !one.expected)
        world.unusable(`its daemon processes end before they are ready${whyEnded(news, cause)}`);
      handle({ type: 'exited', used });
    } else tellWhenGone();
  }

  function causeOf(
    one: Incarnation,
    { code, signal }: { code: number | null; signal: string | null },
  ): DeathCause | undefined {
    if (one.killed) return one.killed;
    if (code === descriptorsClosed) return 'descriptors-closed';
    const byKernel = signal === 'SIGKILL' && !one.expected && world.outOfMemory?.();
    return byKernel ? 'out-of-memory' : undefined;
  }

  function setTimer(): void {
    clearTimeout(timer);
    const deadline = deadlineOf(state);
    if (deadline !== undefined)
      timer = setTimeout(() => handle({ type: 'timer' }), Math.max(0, deadline - world.now()) + 1);
  }

  function tellWhenGone(): void {
    if (state.kind !== 'stopped' || alive.size > 0) return;
    const waiting = whenGone;
    whenGone = [];
    for (const tell of waiting) tell();
  }

  return {
    start: () => handle({ type: 'start' }),
    stop(graceful) {
      const promise = new Promise<void>((resolve) => whenGone.push(resolve));
      // Nothing will take their place.
      for (const old of outdated) limitEnd(old);
      outdated.clear();
      for (const one of alive)
        if (one !== current) {
          if (graceful === 0) one.daemon.kill();
          else one.daemon.stop(graceful);
        }
      handle({ type: 'stop', graceful: graceful * 1000 });
      return promise;
    },
    overdue(id) {
      const old = [...outdated].find((one) => one.id === id);
      const one = old ?? (current?.id === id && state.kind === 'ready' ? current : undefined);
      if (!one) return;
      world.endpointLeaving(id);
      if (one === old) {
        dismiss(old, { stacks: true });
        return;
      }
      one.daemon.stop(world.timeouts.graceful, { stacks: true });
      leave(one, 'request-timeout', undefined);
    },
    unreachable(id) {
      if (current?.id === id && state.kind === 'ready') leave(current, 'unreachable', undefined);
    },
    checkJournals() {
      for (const one of alive)
        if (one.killed === undefined && one.files.resized()) end(one, 'journal-resized');
    },
    killNow() {
      for (const one of alive) {
        one.expected = true;
        one.daemon.kill();
      }
      handle({ type: 'stop', graceful: 0 });
    },
  };
}

function whyEnded(
  { lastLines }: { readonly lastLines: readonly string[] },
  cause: DeathCause | undefined,
): string {
  if (cause === 'descriptors-closed') return ': the application closes descriptors of the server';
  const last = lastLines.at(-1);
  return last === undefined ? '' : `, the last words were: ${last}`;
}

/** Only what is said of a failed import names a script. */
function isFailedImport(news: DaemonNews): boolean {
  return news.type === 'message' && Boolean(news.message.script);
}
