import type { Emit } from '../base/events.js';
import type { HostPlan } from '../plan/plan.js';
import type { Exchange, Peer } from './http/exchange.js';

/** A request that something is told of. */
export interface Told {
  readonly exchange: Exchange;
  readonly host: HostPlan;
  readonly requestId: string;
  /** Where it is, or was to be, run. */
  readonly processGroup?: string;
  readonly pid?: number;
}

/** A request that was not understood, or may not be as it is. */
export function tellRejected(
  emit: Emit,
  {
    host,
    peer,
    request,
  }: { readonly host: HostPlan; readonly peer: Peer; readonly request: string },
  status: number,
  reason: string,
): void {
  const client = peer.remoteAddress;
  emit({ type: 'request-rejected', host: host.id, client, status, reason, request });
}

export function tellFailed(emit: Emit, told: Told, status: number, reason: string): void {
  emit({ type: 'request-failed', ...whoAsked(told), status, reason, ...whoRan(told) });
}

export function tellCut(emit: Emit, told: Told, reason: string): void {
  emit({ type: 'response-cut', ...whoAsked(told), reason, ...whoRan(told) });
}

export function tellTruncated(emit: Emit, told: Told, declared: number): void {
  const { host, target, request } = whoAsked(told);
  emit({
    type: 'response-truncated-to-length',
    host,
    target,
    declared,
    request,
    ...(told.processGroup !== undefined && { processGroup: told.processGroup }),
  });
}

function whoAsked({ exchange, host, requestId }: Told) {
  const client = exchange.peer.remoteAddress;
  return { host: host.id, client, target: exchange.target, request: requestId };
}

/** No process is told of where none has had it. */
function whoRan({ processGroup, pid }: Told) {
  return {
    ...(processGroup !== undefined && { processGroup }),
    ...(pid !== undefined && pid !== 0 && { pid }),
  };
}
