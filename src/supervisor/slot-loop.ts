import { startRefusal } from './daemon-events.js';
import type { Incarnation } from './incarnation.js';
import type { SlotProcesses } from './slot-processes.js';
import {
  deadlineOf,
  next,
  type SlotEffect,
  type SlotEvent,
  type SlotLimits,
  type SlotState,
} from './slot-state.js';
import type { SlotWorld } from './slot-world.js';

type LoopWorld = Pick<
  SlotWorld,
  'processGroup' | 'applicationGroup' | 'timeouts' | 'share' | 'now' | 'emit' | 'unusable'
>;

/** The loop that acts on slot-state.ts. */
export class SlotLoop {
  readonly #world: LoopWorld;
  readonly #limits: SlotLimits;
  readonly #processes: SlotProcesses;
  /** @throws Error where none can be started. */
  readonly #spawn: () => Incarnation;
  #state: SlotState = { kind: 'stopped' };
  #timer: NodeJS.Timeout | undefined;
  #whenGone: (() => void)[] = [];

  constructor(world: LoopWorld, processes: SlotProcesses, spawn: () => Incarnation) {
    const { timeouts, share } = world;
    this.#world = world;
    this.#limits = { startup: timeouts.startup * 1000, shutdown: timeouts.shutdown * 1000, share };
    this.#processes = processes;
    this.#spawn = spawn;
  }

  get state(): SlotState {
    return this.#state;
  }

  handle(event: SlotEvent): void {
    const now = this.#world.now();
    const step = next(this.#state, event, now, this.#limits);
    this.#state = step.state;
    for (const effect of step.effects) this.#act(effect, event, now);
    this.#setTimer();
    this.tellWhenGone();
  }

  /** Resolves when no process is left. */
  whenGone(): Promise<void> {
    return new Promise((resolve) => this.#whenGone.push(resolve));
  }

  tellWhenGone(): void {
    if (this.#state.kind !== 'stopped' || this.#processes.alive.size > 0) return;
    const waiting = this.#whenGone;
    this.#whenGone = [];
    for (const tell of waiting) tell();
  }

  /** `now` is when it was decided: what is told of a delay does not depend on how busy the machine is. */
  #act(effect: SlotEffect, event: SlotEvent, now: number): void {
    const { current, successor } = this.#processes;
    switch (effect) {
      case 'spawn':
        this.#processes.current = this.#spawnFirst();
        return;
      case 'kill':
        current?.daemon.kill();
        return;
      case 'ask-to-stop':
        if (current) current.expected = true;
        current?.daemon.stop(event.type === 'stop' ? event.graceful / 1000 : 0);
        return;
      case 'let-go':
        this.#processes.letGo({
          serves: event.type === 'leaving' && event.reason === 'unreachable',
        });
        return;
      case 'succeed':
        this.#processes.succeed();
        return;
      case 'adopt':
        this.#processes.adopt();
        return;
      case 'kill-successor':
        successor?.kill();
        return;
      case 'give-successor-up':
        this.#processes.giveSuccessorUp();
        return;
      case 'report-start-timeout':
        this.#reportTimeout('startup', current);
        return;
      case 'report-successor-timeout':
        this.#reportTimeout('startup', successor);
        return;
      case 'report-stop-timeout':
        this.#reportTimeout('shutdown', current);
        return;
      case 'report-delay':
        this.#reportDelay(now);
    }
  }

  #reportTimeout(which: 'startup' | 'shutdown', one: Incarnation | undefined): void {
    if (one) one.killed = `${which}-timeout`;
    const type = which === 'startup' ? 'daemon-start-timeout' : 'daemon-stop-timeout';
    const { processGroup, applicationGroup, timeouts, emit } = this.#world;
    const seconds = timeouts[which];
    emit({ type, processGroup, applicationGroup, pid: one?.pid ?? 0, seconds });
  }

  #reportDelay(now: number): void {
    if (this.#state.kind !== 'backing-off') return;
    const { deadline, failures } = this.#state;
    const { processGroup, applicationGroup, emit } = this.#world;
    emit({
      type: 'daemon-restart-delayed',
      processGroup,
      applicationGroup,
      milliseconds: Math.round(deadline - now),
      failures: failures.deaths || failures.crashes,
    });
  }

  /** A process that cannot even be started counts as one that died at once. */
  #spawnFirst(): Incarnation | undefined {
    try {
      return this.#spawn();
    } catch (error) {
      this.#world.unusable(startRefusal((error as Error).message));
      setImmediate(() => this.handle({ type: 'exited', used: false }));
      return undefined;
    }
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const deadline = deadlineOf(this.#state);
    if (deadline === undefined) return;
    const milliseconds = Math.max(0, deadline - this.#world.now()) + 1;
    this.#timer = setTimeout(() => this.handle({ type: 'timer' }), milliseconds);
  }
}
