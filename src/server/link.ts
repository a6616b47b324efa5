import type { Event } from '../base/events.js';
import type { Endpoint, Plan } from '../plan/plan.js';

/** What the supervisor tells a gateway process, as IPC messages. */
export type ToGateway =
  /** First. `listeners` and `logs` are inherited descriptors; `logs` are in the order of `Plan.logs`. */
  | {
      readonly type: 'plan';
      readonly plan: Plan;
      readonly gateway: number;
      readonly version: string;
      readonly listeners: readonly number[];
      readonly logs: readonly number[];
      /** What the runtime in the gateway listens on and writes to; with `Plan.embedded` only. */
      readonly runtime?: RuntimeFiles;
    }
  | { readonly type: 'endpoint-up'; readonly endpoint: Endpoint }
  | { readonly type: 'endpoint-down'; readonly id: number }
  /** It finishes what it has. */
  | { readonly type: 'endpoint-leaving'; readonly id: number }
  /** No process can start; holds until the next endpoint of this pair comes up. */
  | {
      readonly type: 'group-broken';
      readonly processGroup: string;
      readonly applicationGroup: string;
      readonly reason: string;
    }
  /** Say `alive`: a process that cannot is replaced. */
  | { readonly type: 'answer' }
  /** Accept nothing new, finish what runs within `seconds`, then say `drained`. */
  | { readonly type: 'drain'; readonly seconds: number };

/** Paths for whoever connects, and inherited descriptors of the same two files for the runtime. */
export interface RuntimeFiles {
  readonly socket: string;
  readonly journal: string;
  readonly secret: string;
  readonly listenFd: number;
  readonly journalFd: number;
}

/** What a gateway process tells the supervisor. */
export type FromGateway =
  /** To `answer`. */
  | { readonly type: 'alive' }
  /** The descriptors listen. */
  | { readonly type: 'ready' }
  /** It cannot start; it exits after this. */
  | { readonly type: 'failed'; readonly message: string }
  /** A request came for a pair that has no process. */
  | {
      readonly type: 'want';
      readonly processGroup: string;
      readonly applicationGroup: string;
    }
  /** No request needs the processes of a pair any more. */
  | {
      readonly type: 'unwant';
      readonly processGroup: string;
      readonly applicationGroup: string;
    }
  /** A request in this process ran longer than request-timeout. */
  | { readonly type: 'overdue'; readonly endpoint: number }
  /** It cannot connect to this process. */
  | { readonly type: 'unreachable'; readonly endpoint: number }
  | { readonly type: 'event'; readonly event: Event }
  | { readonly type: 'drained' };

/** Whom a gateway process becomes before it does anything else; its only argument, as JSON. */
export interface GatewayIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}
