import type { EventOf } from '../base/events.js';
import type { Endpoint } from '../plan/plan.js';
import type { Incarnation } from './incarnation.js';
import type { SlotWorld } from './slot-world.js';

/** What a process says of its interpreter. */
export interface Python {
  readonly version: string;
  readonly prefix: string;
}

type Group = Pick<SlotWorld, 'processGroup' | 'applicationGroup'>;

/** What is told of a process that can serve from now on. */
export function readyEvent(
  { pid, startedAt, lacks }: Incarnation,
  { processGroup, applicationGroup, now }: Group & Pick<SlotWorld, 'now'>,
  { version, prefix }: Python,
): EventOf<'daemon-ready'> {
  return {
    type: 'daemon-ready',
    processGroup,
    applicationGroup,
    pid,
    version,
    prefix,
    milliseconds: Math.round(now() - startedAt),
    ...(lacks.length > 0 && { failedImports: lacks.length }),
  };
}

/** What gateways need to give it requests. */
export function endpointOf(
  { id, pid, files: { socket, journal, secret } }: Incarnation,
  {
    processGroup,
    applicationGroup,
    threads,
    dialect,
  }: Group & Pick<SlotWorld, 'threads' | 'dialect'>,
  { replaces, lacks }: { readonly replaces: readonly number[]; readonly lacks: readonly string[] },
): Endpoint {
  return {
    id,
    processGroup,
    applicationGroup,
    pid,
    socket,
    journal,
    secret,
    threads,
    dialect,
    ...(replaces.length > 0 && { replaces }),
    ...(lacks.length > 0 && { lacks }),
  };
}
