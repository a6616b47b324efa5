import type { LeavingReason } from '../protocol/control.js';
import {
  afterDeath,
  afterReady,
  type Death,
  delayAfter,
  type Failures,
  noFailures,
} from './restart-policy.js';

/**
 * A slot is the place of one daemon process in its set: `processes=3` has three. All times are milliseconds of
 * one clock. `deadline` is when `timer` is due.
 */
export type SlotState =
  /** Nothing runs and nothing shall. */
  | { readonly kind: 'stopped' }
  /** A process was started and has not said that it is ready. */
  | {
      readonly kind: 'starting';
      readonly since: number;
      readonly failures: Failures;
      readonly deadline: number;
      /** It is being killed because it took too long, or cannot boot. */
      readonly doomed: boolean;
    }
  | { readonly kind: 'ready'; readonly since: number; readonly failures: Failures }
  /** The same, and another process was started that is to take its place. `deadline` and `doomed` are of that one. */
  | {
      readonly kind: 'succeeding';
      readonly since: number;
      readonly failures: Failures;
      readonly successorSince: number;
      readonly deadline: number;
      readonly doomed: boolean;
    }
  /** Nothing runs until `deadline`. */
  | { readonly kind: 'backing-off'; readonly failures: Failures; readonly deadline: number }
  /** The process was told to go and has not gone; nothing follows. */
  | { readonly kind: 'stopping'; readonly deadline: number; readonly step: 'asked' | 'killed' };

export type SlotEvent =
  | { readonly type: 'start' }
  | { readonly type: 'ready' }
  /** The process announced that it leaves by itself. `used` as in `exited`. */
  | { readonly type: 'leaving'; readonly reason: LeavingReason; readonly used: boolean }
  | { readonly type: 'boot-failed' }
  /** Another process was started beside the one that serves. */
  | { readonly type: 'try' }
  | { readonly type: 'successor-ready' }
  /** It said that it cannot take the place, and ends, or it has ended. */
  | { readonly type: 'successor-failed' }
  /** `used`: it had begun a request. */
  | { readonly type: 'exited'; readonly used: boolean }
  | { readonly type: 'timer' }
  | { readonly type: 'stop'; readonly graceful: number };

export type SlotEffect =
  | 'spawn'
  /** SIGKILL for the process and all its children. */
  | 'kill'
  /** Ask the process to finish and go. */
  | 'ask-to-stop'
  /** The process no longer fills the slot; it finishes what it has begun and is watched until it has gone. */
  | 'let-go'
  /** The successor takes the place, and the process that had it finishes what it has begun. */
  | 'succeed'
  /** The successor takes the place that is free. */
  | 'adopt'
  | 'kill-successor'
  | 'give-successor-up'
  | 'report-successor-timeout'
  | 'report-start-timeout'
  | 'report-stop-timeout'
  | 'report-delay';

export interface SlotLimits {
  /** Milliseconds a process may take until it is ready; 0 is no limit. */
  readonly startup: number;
  /** Milliseconds between the end of the graceful time and SIGKILL. */
  readonly shutdown: number;
  /** Where the slot stands among those of its set, from 0 to 1. */
  readonly share: number;
}

export interface Step {
  readonly state: SlotState;
  readonly effects: readonly SlotEffect[];
}

const never = Number.POSITIVE_INFINITY;
/** Milliseconds that a process has to end after it has said that it cannot boot. */
const lastWords = 1000;

/** What becomes of a slot. Pure: the loop that acts is slot-loop.ts. */
export function next(state: SlotState, event: SlotEvent, now: number, limits: SlotLimits): Step {
  switch (state.kind) {
    case 'stopped':
      return event.type === 'start' ? start(noFailures, now, limits) : stay(state);
    case 'starting':
      return whileStarting(state, event, now, limits);
    case 'ready':
      return whileReady(state, event, now, limits);
    case 'succeeding':
      return whileSucceeding(state, event, now, limits);
    case 'backing-off':
      if (event.type === 'timer' && now >= state.deadline)
        return start(state.failures, now, limits);
      return event.type === 'stop' ? { state: { kind: 'stopped' }, effects: [] } : stay(state);
    case 'stopping':
      return whileStopping(state, event, now);
  }
}

/** When `timer` is due next, if at all. */
export function deadlineOf(state: SlotState): number | undefined {
  return 'deadline' in state && Number.isFinite(state.deadline) ? state.deadline : undefined;
}

function whileStarting(
  state: SlotState & { kind: 'starting' },
  event: SlotEvent,
  now: number,
  limits: SlotLimits,
): Step {
  switch (event.type) {
    case 'ready':
      if (state.doomed) return stay(state);
      return {
        state: { kind: 'ready', since: state.since, failures: afterReady(state.failures) },
        effects: [],
      };
    case 'timer':
      if (now < state.deadline) return stay(state);
      if (state.doomed) return { state: doom(state, never), effects: ['kill'] };
      return { state: doom(state, never), effects: ['report-start-timeout', 'kill'] };
    case 'boot-failed':
      // It has said why, and ends by itself.
      return { state: doom(state, now + lastWords), effects: [] };
    case 'exited':
      return restart('unready', state, now, limits);
    case 'leaving':
      return replace(event, state, now, limits);
    case 'stop':
      return stop(event.graceful, now, limits);
    default:
      return stay(state);
  }
}

function whileReady(
  state: SlotState & { kind: 'ready' },
  event: SlotEvent,
  now: number,
  limits: SlotLimits,
): Step {
  switch (event.type) {
    case 'exited':
      return restart(event.used ? 'used' : 'unused', state, now, limits);
    case 'leaving':
      return replace(event, state, now, limits);
    case 'try': {
      const deadline = limits.startup > 0 ? now + limits.startup : never;
      return {
        state: { ...state, kind: 'succeeding', successorSince: now, deadline, doomed: false },
        effects: [],
      };
    }
    case 'stop':
      return stop(event.graceful, now, limits);
    default:
      return stay(state);
  }
}

/** The successor is no more than an attempt: however it ends, the process that serves does so on. */
function whileSucceeding(
  state: SlotState & { kind: 'succeeding' },
  event: SlotEvent,
  now: number,
  limits: SlotLimits,
): Step {
  const { since, failures, successorSince, deadline, doomed } = state;
  const adopted = { kind: 'starting', since: successorSince, deadline, doomed } as const;
  switch (event.type) {
    case 'successor-ready':
      if (doomed) return stay(state);
      return {
        state: { kind: 'ready', since: successorSince, failures: noFailures },
        effects: ['succeed'],
      };
    case 'successor-failed':
      return { state: { kind: 'ready', since, failures }, effects: ['give-successor-up'] };
    case 'timer':
      if (now < deadline) return stay(state);
      return {
        state: { ...state, deadline: never, doomed: true },
        effects: ['report-successor-timeout', 'kill-successor'],
      };
    case 'exited': {
      const death = event.used ? 'used' : 'unused';
      return {
        state: { ...adopted, failures: afterDeath(failures, death, now - since) },
        effects: ['adopt'],
      };
    }
    case 'leaving':
      return { state: { ...adopted, failures: noFailures }, effects: ['let-go', 'adopt'] };
    case 'stop': {
      const step = stop(event.graceful, now, limits);
      return { state: step.state, effects: ['kill-successor', ...step.effects] };
    }
    default:
      return stay(state);
  }
}

function whileStopping(
  state: SlotState & { kind: 'stopping' },
  event: SlotEvent,
  now: number,
): Step {
  if (event.type === 'exited') return { state: { kind: 'stopped' }, effects: [] };
  const due = event.type === 'timer' && now >= state.deadline;
  const hurried = event.type === 'stop' && event.graceful === 0 && state.step === 'asked';
  if (!due && !hurried) return stay(state);
  if (state.step === 'killed') return stay(state);
  return {
    state: { kind: 'stopping', deadline: Number.POSITIVE_INFINITY, step: 'killed' },
    effects: due ? ['report-stop-timeout', 'kill'] : ['kill'],
  };
}

function start(failures: Failures, now: number, limits: SlotLimits): Step {
  const deadline = limits.startup > 0 ? now + limits.startup : Number.POSITIVE_INFINITY;
  return {
    state: { kind: 'starting', since: now, failures, deadline, doomed: false },
    effects: ['spawn'],
  };
}

function restart(
  death: Death,
  state: { since: number; failures: Failures },
  now: number,
  limits: SlotLimits,
): Step {
  const failures = afterDeath(state.failures, death, now - state.since);
  return startAfter(delayAfter(failures, limits.share), failures, now, limits);
}

/** The process goes by itself; its place is free for the next one now. */
function replace(
  { reason, used }: SlotEvent & { type: 'leaving' },
  state: { since: number; failures: Failures },
  now: number,
  limits: SlotLimits,
): Step {
  // The next one may be no easier to reach. And whoever says that it leaves, has done nothing and stays for its
  // graceful time is one of hundreds soon.
  const failures =
    reason === 'unreachable' || !used
      ? afterDeath(state.failures, 'unused', now - state.since)
      : noFailures;
  const step = startAfter(delayAfter(failures, limits.share), failures, now, limits);
  return { state: step.state, effects: ['let-go', ...step.effects] };
}

function startAfter(delay: number, failures: Failures, now: number, limits: SlotLimits): Step {
  if (delay === 0) return start(failures, now, limits);
  return {
    state: { kind: 'backing-off', failures, deadline: now + delay },
    effects: ['report-delay'],
  };
}

function stop(graceful: number, now: number, limits: SlotLimits): Step {
  return {
    state: { kind: 'stopping', deadline: now + graceful + limits.shutdown, step: 'asked' },
    effects: ['ask-to-stop'],
  };
}

function doom(state: SlotState & { kind: 'starting' }, deadline: number): SlotState {
  return { ...state, deadline, doomed: true };
}

function stay(state: SlotState): Step {
  return { state, effects: [] };
}
