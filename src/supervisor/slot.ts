import type { DeathCause } from '../base/events.js';
import type { ImportFailed, LeavingReason, Outdated, Tried } from '../protocol/control.js';
import { type DaemonNews, descriptorsClosed } from './daemon.js';
import { deathEvent, endText, outputEvent, whyEnded } from './daemon-events.js';
import { failureOf, type Trier, type Verdict } from './import-trials.js';
import { Incarnation } from './incarnation.js';
import { deadlineOf, next, type SlotEffect, type SlotEvent, type SlotState } from './slot-state.js';
import type { Slot, SlotWorld } from './slot-world.js';

type Failed = Verdict & { readonly kind: 'failed' };

/** So many starts in a row that failed: requests need not wait for this slot. */
const hopelessAfter = 2;
/** A process that is ended so was not ended by what it imports. */
const endedByOthers = new Set<string | null>(['SIGKILL', 'SIGTERM', 'SIGINT']);

/** The loop that acts on slot-state.ts. */
export function createSlot(world: SlotWorld): Slot {
  let state: SlotState = { kind: 'stopped' };
  let current: Incarnation | undefined;
  /** Started beside the current one, to take its place if it can import what that one has. */
  let successor: Incarnation | undefined;
  /**
   * They serve, with scripts that the current one could not import, or those gateways that are connected until a
   * current one is ready.
   */
  const elders = new Set<Incarnation>();
  const alive = new Set<Incarnation>();
  let timer: NodeJS.Timeout | undefined;
  let whenGone: (() => void)[] = [];
  const limits = {
    startup: world.timeouts.startup * 1000,
    shutdown: world.timeouts.shutdown * 1000,
    share: world.share,
  };
  const who = { processGroup: world.processGroup, applicationGroup: world.applicationGroup };
  const trier: Trier = {
    tryScript,
    tell(tried: Tried): void {
      for (const one of alive) one.daemon.tell(tried);
    },
    stampOf: (script) =>
      [current, ...elders].map((one) => one?.stampOf(script)).find((stamp) => stamp !== undefined),
    lacks: (key) => current?.lacks.includes(key) ?? false,
  };
  world.trials.add(trier);

  function handle(event: SlotEvent): void {
    const now = world.now();
    const step = next(state, event, now, limits);
    state = step.state;
    for (const effect of step.effects) act(effect, event, now);
    setTimer();
    tellWhenGone();
  }

  /** `now` is when it was decided: what is told of a delay does not depend on how busy the machine is. */
  function act(effect: SlotEffect, event: SlotEvent, now: number): void {
    switch (effect) {
      case 'spawn':
        current = spawnFirst();
        return;
      case 'kill':
        current?.daemon.kill();
        return;
      case 'ask-to-stop':
        if (current) current.expected = true;
        current?.daemon.stop(event.type === 'stop' ? event.graceful / 1000 : 0);
        return;
      case 'let-go':
        if (event.type === 'leaving' && event.reason === 'unreachable' && current)
          elders.add(current);
        else current?.limitEnd();
        current = undefined;
        return;
      case 'succeed':
        succeed();
        return;
      case 'adopt':
        current = successor;
        successor = undefined;
        return;
      case 'kill-successor':
        successor?.kill();
        return;
      case 'give-successor-up':
        successor?.giveUp();
        successor = undefined;
        return;
      default:
        report(effect, now);
    }
  }

  function report(effect: SlotEffect, now: number): void {
    const one = effect === 'report-successor-timeout' ? successor : current;
    const pid = one?.pid ?? 0;
    if (effect === 'report-start-timeout' || effect === 'report-successor-timeout') {
      if (one) one.killed = 'startup-timeout';
      world.emit({ type: 'daemon-start-timeout', ...who, pid, seconds: world.timeouts.startup });
    }
    if (effect === 'report-stop-timeout') {
      if (one) one.killed = 'shutdown-timeout';
      world.emit({ type: 'daemon-stop-timeout', ...who, pid, seconds: world.timeouts.shutdown });
    }
    if (effect === 'report-delay' && state.kind === 'backing-off')
      world.emit({
        type: 'daemon-restart-delayed',
        ...who,
        milliseconds: Math.round(state.deadline - now),
        failures: state.failures.deaths || state.failures.crashes,
      });
  }

  /** A process that cannot even be started counts as one that died at once. */
  function spawnFirst(): Incarnation | undefined {
    try {
      return spawnOne();
    } catch (error) {
      world.unusable(`a daemon process cannot be started: ${(error as Error).message}`);
      setImmediate(() => handle({ type: 'exited', used: false }));
      return undefined;
    }
  }

  function spawnOne(trial?: Outdated): Incarnation {
    const before = trial && current ? [current, ...elders] : [...elders];
    const loaded = before.flatMap((old) => old.loaded);
    const imports = { loaded, failed: world.trials.known(), ...(trial && { trial }) };
    const one = new Incarnation(world, imports, hear);
    alive.add(one);
    if (one.pid !== 0) world.emit({ type: 'daemon-starting', ...who, pid: one.pid });
    return one;
  }

  function tryScript(trial: Outdated): boolean {
    if (state.kind !== 'ready' || !current) return false;
    const reason = trial.why === 'changed' ? 'script-changed' : 'import-retried';
    const { pid } = current;
    world.emit({ type: 'daemon-restarting', ...who, pid, reason, script: trial.script });
    handle({ type: 'try' });
    try {
      successor = spawnOne(trial);
    } catch (error) {
      const reason = `a daemon process cannot be started: ${(error as Error).message}`;
      setImmediate(() => giveUp(trial, { reason }));
    }
    return true;
  }

  function hear(one: Incarnation, news: DaemonNews): void {
    switch (news.type) {
      case 'raw':
      case 'log':
      case 'message':
        world.emit(outputEvent(news, { ...who, pid: one.pid }));
        return;
      case 'ready':
        if (one === current && !one.announced) handle({ type: 'ready' });
        else if (one === successor) handle({ type: 'successor-ready' });
        else return;
        if (one === current && state.kind === 'ready') announce(one, news.ready);
        return;
      case 'leaving':
        if (one === current) leave(one, news.leaving.reason, news.leaving.script ?? undefined);
        else if (one === successor)
          giveUp(one.trial, { reason: 'its new process was told to end' });
        else if (elders.delete(one)) one.limitEnd();
        return;
      case 'loading':
        one.addLoading(news.loading);
        return;
      case 'loaded':
        world.trials.loaded(news.loaded, one.addLoaded(news.loaded));
        return;
      case 'import-failed':
        one.endLoading(news.failed);
        importFailed(one, news.failed);
        return;
      case 'outdated':
        if (one === current || elders.has(one)) world.trials.wish(trier, news.outdated);
        return;
      case 'boot-failed':
        bootFailed(one, news.failed.text);
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

  function bootFailed(one: Incarnation, text: string): void {
    if (one === successor) giveUp(one.trial, { reason: text });
    // Its end is no news any more.
    if (one !== current || state.kind !== 'starting' || state.doomed) return;
    one.expected = true;
    world.unusable(text);
    handle({ type: 'boot-failed' });
  }

  function importFailed(one: Incarnation, failure: ImportFailed): void {
    if (one === successor) giveUp(one.trial, { reason: failure.reason, failure });
    else if (one === current && one.trial && state.kind === 'starting') {
      // The one that it should have taken the place of has gone meanwhile. It ends: it may have damage.
      handle({ type: 'leaving', reason: 'signal' });
      endTrial(one.trial, { kind: 'failed', reason: failure.reason, failure });
    } else {
      one.addLacking(failure);
      world.trials.failed(failure, trier);
    }
  }

  /** The current process serves on. */
  function giveUp(trial: Outdated | undefined, why: Omit<Failed, 'kind'>): void {
    handle({ type: 'successor-failed' });
    endTrial(trial, { kind: 'failed', ...why });
  }

  function endTrial(trial: Outdated | undefined, verdict: Verdict): void {
    if (!trial) return;
    const old = current;
    const news = world.trials.over(trier, verdict);
    if (!news || verdict.kind !== 'failed' || !old?.announced) return;
    const script = verdict.failure ?? trial;
    const { reason } = verdict;
    const serves = [old, ...elders].some((other) => other.stampOf(script) !== undefined);
    const what = { script: script.script, reason, serves };
    world.emit({ type: 'daemon-kept', ...who, pid: old.pid, ...what });
  }

  function succeed(): void {
    if (current) elders.add(current);
    current = successor;
    successor = undefined;
  }

  function announce(
    one: Incarnation,
    { version, prefix }: { readonly version: string; readonly prefix: string },
  ): void {
    const { pid } = one;
    const milliseconds = Math.round(world.now() - one.startedAt);
    one.announced = true;
    const failedImports = one.lacks.length;
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
    const own = { id: one.id, ...who, pid, socket, journal, secret, threads, dialect };
    const replaces = [...elders].map(({ id }) => id);
    const lacks = world.trials.served().filter(({ script }) => one.stampOf(script) === undefined);
    const keys = lacks.map(({ key }) => key);
    one.lacks.push(...keys);
    world.endpointUp({
      ...own,
      ...(replaces.length > 0 && { replaces }),
      ...(lacks.length > 0 && { lacks: keys }),
    });
    for (const old of elders)
      if (!lacks.some(({ script }) => old.stampOf(script) !== undefined)) {
        elders.delete(old);
        dismiss(old);
      }
    if (one.trial) endTrial(one.trial, { kind: 'succeeded' });
    else world.trials.ready();
  }

  function dismiss(old: Incarnation, how?: { readonly stacks: boolean }): void {
    // A gateway that is not connected hears it from nobody else.
    world.endpointLeaving(old.id);
    old.dismiss(how);
  }

  function leave(one: Incarnation, reason: LeavingReason, script: string | undefined): void {
    const said = script === undefined ? {} : { script };
    if (state.kind !== 'stopping')
      world.emit({ type: 'daemon-restarting', ...who, pid: one.pid, reason, ...said });
    handle({ type: 'leaving', reason });
  }

  function gone(one: Incarnation, news: DaemonNews & { type: 'exited' }): void {
    alive.delete(one);
    elders.delete(one);
    if (one.announced) world.endpointDown(one.id);
    const used = one.announced && one.files.begun();
    one.ended();
    const cause = causeOf(one, news);
    if (news.error === undefined)
      world.emit(deathEvent(news, { ...who, pid: one.pid }, one.expected, cause));
    else if (one !== successor) world.unusable(`a daemon process cannot be started: ${news.error}`);
    const reason = endText(news, cause);
    if (one === successor) {
      const [at] = one.loading;
      giveUp(one.trial, { reason, ...(at && { failure: failureOf(at, reason) }) });
      return;
    }
    if (!one.expected && !endedByOthers.has(news.signal)) world.trials.died(one.loading, reason);
    if (one.announced) world.trials.tellAgain();
    if (one === current) endCurrent(one, { used, reason, why: whyEnded(news, cause) });
    else tellWhenGone();
  }

  function endCurrent(
    one: Incarnation,
    {
      used,
      reason,
      why,
    }: { readonly used: boolean; readonly reason: string; readonly why: string },
  ): void {
    current = undefined;
    if (state.kind === 'starting' && state.failures.starts >= hopelessAfter && !one.expected)
      world.unusable(`its daemon processes end before they are ready${why}`);
    handle({ type: 'exited', used });
    if (!one.announced) endTrial(one.trial, { kind: 'failed', reason });
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
      world.trials.forget(trier);
      // Nothing will take their place.
      for (const old of elders) old.limitEnd();
      elders.clear();
      for (const one of alive)
        if (one !== current && one !== successor) {
          if (graceful === 0) one.daemon.kill();
          else one.daemon.stop(graceful);
        }
      handle({ type: 'stop', graceful: graceful * 1000 });
      return promise;
    },
    overdue(id) {
      const old = [...elders].find((one) => one.id === id);
      const serves = state.kind === 'ready' || state.kind === 'succeeding';
      const one = old ?? (current?.id === id && serves ? current : undefined);
      if (!one) return;
      world.endpointLeaving(id);
      if (elders.delete(one)) {
        dismiss(one, { stacks: true });
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
      for (const one of alive) one.kill();
      handle({ type: 'stop', graceful: 0 });
    },
  };
}
