import type { Endpoint } from '../plan/plan.js';
import type { Dialect } from '../protocol/marshal.js';
import type { ImportTrials } from './import-trials.js';
import type { IncarnationWorld } from './incarnation.js';

export interface SlotWorld extends IncarnationWorld {
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
  /** Of its set. */
  readonly trials: ImportTrials;
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
