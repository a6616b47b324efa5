import type { DeathCause } from '../base/events.js';
import type { ImportFailed, LeavingReason, Loaded, Outdated, Tried } from '../protocol/control.js';
import type { DaemonNews } from './daemon.js';
import {
  causeOfDeath,
  deathEvent,
  endText,
  outputEvent,
  startRefusal,
  whyEnded,
} from './daemon-events.js';
import { failureOf, type Trier, type Verdict } from './import-trials.js';
import { Incarnation } from './incarnation.js';
import { endpointOf, type Python, readyEvent } from './ready-daemon.js';
import { SlotLoop } from './slot-loop.js';
import { SlotProcesses } from './slot-processes.js';
import type { Slot, SlotWorld } from './slot-world.js';

type Exited = DaemonNews & { readonly type: 'exited' };
type WhyFailed = Omit<Verdict & { readonly kind: 'failed' }, 'kind'>;

/** So many starts in a row that failed: requests need not wait for this slot. */
const hopelessAfter = 2;
/** A process that is ended so was not ended by what it imports. */
const endedByOthers = new Set<string | null>(['SIGKILL', 'SIGTERM', 'SIGINT']);

/** The place of one daemon process: what is asked of it, and what its processes say. */
export class DaemonSlot implements Slot, Trier {
  readonly #world: SlotWorld;
  readonly #pair: { readonly processGroup: string; readonly applicationGroup: string };
  readonly #processes = new SlotProcesses();
  readonly #loop: SlotLoop;

  constructor(world: SlotWorld) {
    const { processGroup, applicationGroup } = world;
    this.#world = world;
    this.#pair = { processGroup, applicationGroup };
    this.#loop = new SlotLoop(world, this.#processes, () => this.#spawn());
    world.trials.add(this);
  }

  // What is asked of the slot

  start(): void {
    this.#loop.handle({ type: 'start' });
  }

  stop(graceful: number): Promise<void> {
    const { current, successor, alive } = this.#processes;
    const gone = this.#loop.whenGone();
    this.#world.trials.forget(this);
    this.#processes.dismissElders();
    for (const one of alive)
      if (one !== current && one !== successor) {
        if (graceful === 0) one.daemon.kill();
        else one.daemon.stop(graceful);
      }
    this.#loop.handle({ type: 'stop', graceful: graceful * 1000 });
    return gone;
  }

  overdue(id: number): void {
    const { current, elders } = this.#processes;
    const old = [...elders].find((one) => one.id === id);
    const { kind } = this.#loop.state;
    if (old) {
      elders.delete(old);
      this.#dismiss(old, { stacks: true });
    } else if (current?.id === id && (kind === 'ready' || kind === 'succeeding')) {
      this.#world.endpointLeaving(id);
      current.daemon.stop(this.#world.timeouts.graceful, { stacks: true });
      this.#leave(current, 'request-timeout');
    }
  }

  unreachable(id: number): void {
    const { current } = this.#processes;
    if (current?.id === id && this.#loop.state.kind === 'ready')
      this.#leave(current, 'unreachable');
  }

  checkJournals(): void {
    for (const one of this.#processes.alive)
      if (one.killed === undefined && one.files.resized()) end(one, 'journal-resized');
  }

  killNow(): void {
    for (const one of this.#processes.alive) one.kill();
    this.#loop.handle({ type: 'stop', graceful: 0 });
  }

  // What trials of scripts ask of it

  tryScript(trial: Outdated): boolean {
    const { current } = this.#processes;
    if (this.#loop.state.kind !== 'ready' || !current) return false;
    const reason = trial.why === 'changed' ? 'script-changed' : 'import-retried';
    this.#emitRestarting(current, reason, trial.script);
    this.#loop.handle({ type: 'try' });
    try {
      this.#processes.successor = this.#spawn(trial);
    } catch (error) {
      const reason = startRefusal((error as Error).message);
      setImmediate(() => this.#giveUp(trial, { reason }));
    }
    return true;
  }

  tell(tried: Tried): void {
    for (const one of this.#processes.alive) one.daemon.tell(tried);
  }

  stampOf(script: Loaded): string | undefined {
    return this.#processes.stampOf(script);
  }

  lacks(key: string): boolean {
    return this.#processes.current?.lacks.includes(key) ?? false;
  }

  #spawn(trial?: Outdated): Incarnation {
    const loaded = this.#processes.serving.flatMap((old) => old.loaded);
    const imports = { loaded, failed: this.#world.trials.known(), ...(trial && { trial }) };
    const one = new Incarnation(this.#world, imports, (from, news) => this.#hear(from, news));
    const { pid } = one;
    this.#processes.alive.add(one);
    if (pid !== 0) this.#world.emit({ type: 'daemon-starting', ...this.#pair, pid });
    return one;
  }

  // What its processes say

  #hear(one: Incarnation, news: DaemonNews): void {
    const { current, elders } = this.#processes;
    const { trials } = this.#world;
    switch (news.type) {
      case 'raw':
      case 'log':
      case 'message':
        this.#world.emit(outputEvent(news, { ...this.#pair, pid: one.pid }));
        return;
      case 'ready':
        this.#ready(one, news.ready);
        return;
      case 'leaving':
        this.#leaving(one, news.leaving.reason, news.leaving.script ?? undefined);
        return;
      case 'loading':
        one.addLoading(news.loading);
        return;
      case 'loaded':
        trials.loaded(news.loaded, one.addLoaded(news.loaded));
        return;
      case 'import-failed':
        one.endLoading(news.failed);
        this.#importFailed(one, news.failed);
        return;
      case 'outdated':
        if (one === current || elders.has(one)) trials.wish(this, news.outdated);
        return;
      case 'boot-failed':
        this.#bootFailed(one, news.failed.text);
        return;
      case 'unreachable':
        // One that was told to go may take its time.
        if (!one.expected) end(one, 'descriptors-closed');
        return;
      case 'exited':
        this.#exited(one, news);
    }
  }

  #ready(one: Incarnation, python: Python): void {
    if (one === this.#processes.current && !one.announced) this.#loop.handle({ type: 'ready' });
    else if (one === this.#processes.successor) this.#loop.handle({ type: 'successor-ready' });
    else return;
    if (one === this.#processes.current && this.#loop.state.kind === 'ready')
      this.#announce(one, python);
  }

  #announce(one: Incarnation, python: Python): void {
    const { trials, emit, endpointUp } = this.#world;
    const { elders } = this.#processes;
    one.announced = true;
    emit(readyEvent(one, this.#world, python));
    const lacks = trials.served().filter(({ script }) => one.stampOf(script) === undefined);
    const keys = lacks.map(({ key }) => key);
    one.lacks.push(...keys);
    const replaces = [...elders].map(({ id }) => id);
    endpointUp(endpointOf(one, this.#world, { replaces, lacks: keys }));
    for (const old of elders)
      if (!lacks.some(({ script }) => old.stampOf(script) !== undefined)) {
        elders.delete(old);
        this.#dismiss(old);
      }
    if (one.trial) this.#endTrial(one.trial, { kind: 'succeeded' });
    else trials.ready();
  }

  #dismiss(old: Incarnation, how?: { readonly stacks: boolean }): void {
    // A gateway that is not connected hears it from nobody else.
    this.#world.endpointLeaving(old.id);
    old.dismiss(how);
  }

  #leaving(one: Incarnation, reason: LeavingReason, script: string | undefined): void {
    const { current, successor, elders } = this.#processes;
    if (one === current) this.#leave(one, reason, script);
    else if (one === successor)
      this.#giveUp(one.trial, { reason: 'its new process was told to end' });
    else if (elders.delete(one)) one.limitEnd();
  }

  #leave(one: Incarnation, reason: LeavingReason, script?: string): void {
    if (this.#loop.state.kind !== 'stopping') this.#emitRestarting(one, reason, script);
    this.#loop.handle({ type: 'leaving', reason, used: one.announced && one.files.begun() });
  }

  #emitRestarting({ pid }: Incarnation, reason: string, script: string | undefined): void {
    const named = script === undefined ? {} : { script };
    this.#world.emit({ type: 'daemon-restarting', ...this.#pair, pid, reason, ...named });
  }

  #bootFailed(one: Incarnation, text: string): void {
    const { current, successor } = this.#processes;
    if (one === successor) this.#giveUp(one.trial, { reason: text });
    const { state } = this.#loop;
    // Its end is no news any more.
    if (one !== current || state.kind !== 'starting' || state.doomed) return;
    one.expected = true;
    this.#world.unusable(text);
    this.#loop.handle({ type: 'boot-failed' });
  }

  #importFailed(one: Incarnation, failure: ImportFailed): void {
    const { current, successor } = this.#processes;
    const { reason } = failure;
    if (one === successor) this.#giveUp(one.trial, { reason, failure });
    else if (one === current && one.trial && this.#loop.state.kind === 'starting') {
      // The one that it should have taken the place of has gone meanwhile. It ends: it may have damage.
      this.#loop.handle({ type: 'leaving', reason: 'signal', used: false });
      this.#endTrial(one.trial, { kind: 'failed', reason, failure });
    } else {
      one.addLacking(failure);
      this.#world.trials.failed(failure, this);
    }
  }

  /** The current process serves on. */
  #giveUp(trial: Outdated | undefined, why: WhyFailed): void {
    this.#loop.handle({ type: 'successor-failed' });
    this.#endTrial(trial, { kind: 'failed', ...why });
  }

  #endTrial(trial: Outdated | undefined, verdict: Verdict): void {
    if (!trial) return;
    const old = this.#processes.current;
    const news = this.#world.trials.over(this, verdict);
    if (!news || verdict.kind !== 'failed' || !old?.announced) return;
    const failed = verdict.failure ?? trial;
    const serves = this.#processes.stampOf(failed) !== undefined;
    const what = { script: failed.script, reason: verdict.reason, serves };
    this.#world.emit({ type: 'daemon-kept', ...this.#pair, pid: old.pid, ...what });
  }

  #exited(one: Incarnation, news: Exited): void {
    const { current, successor } = this.#processes;
    const { emit, trials, unusable, endpointDown, outOfMemory } = this.#world;
    this.#processes.delete(one);
    if (one.announced) endpointDown(one.id);
    const used = one.announced && one.files.begun();
    one.ended();
    const cause = causeOfDeath(one, news, outOfMemory);
    if (news.error === undefined)
      emit(deathEvent(news, { ...this.#pair, pid: one.pid }, one.expected, cause));
    else if (one !== successor) unusable(startRefusal(news.error));
    const reason = endText(news, cause);
    if (one === successor) {
      const [at] = one.loading;
      this.#giveUp(one.trial, { reason, ...(at && { failure: failureOf(at, reason) }) });
      return;
    }
    if (!one.expected && !endedByOthers.has(news.signal)) trials.died(one.loading, reason);
    if (one.announced) trials.tellAgain();
    if (one !== current) this.#loop.tellWhenGone();
    else this.#endCurrent(one, { used, reason, why: whyEnded(news, cause) });
  }

  #endCurrent(
    one: Incarnation,
    how: { readonly used: boolean; readonly reason: string; readonly why: string },
  ): void {
    this.#processes.current = undefined;
    const { state } = this.#loop;
    if (state.kind === 'starting' && state.failures.starts >= hopelessAfter && !one.expected)
      this.#world.unusable(`its daemon processes end before they are ready${how.why}`);
    this.#loop.handle({ type: 'exited', used: how.used });
    if (!one.announced) this.#endTrial(one.trial, { kind: 'failed', reason: how.reason });
  }
}

/** Nobody else would: what it does is no business of a process of ours. */
function end(one: Incarnation, cause: DeathCause): void {
  one.killed = cause;
  one.daemon.kill();
}
