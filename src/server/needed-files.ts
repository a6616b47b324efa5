import type { Plan } from '../plan/plan.js';
import { startAtOnce } from './start-at-once.js';

/** Of the supervisor for each daemon: two outputs, control connection, life line. */
const perDaemon = 4;
/** Two outputs, and the connection between the two processes. */
const perGateway = 3;
/** Node's own, interpreters that are asked, and what starting a process takes for a moment. */
const spare = 64;
/** Of a gateway for each daemon: a channel and a journal. */
const perChannel = 2;
/** Fewer clients than these are no service. */
const fewestClients = 64;

/** Open files that the supervisor or a gateway needs, whichever needs more, when all processes have started. */
export function neededFiles(plan: Plan): number {
  const files = plan.listeners.length + plan.logs.length + spare;
  const daemons = daemonsAtOnce(plan);
  return Math.max(
    files + perGateway * plan.gateways.count + perDaemon * daemons,
    files + perChannel * daemons + fewestClients,
  );
}

/** @throws Error where they cannot be had */
export function demandFiles(needed: number, limit: number): void {
  if (needed > limit)
    throw new Error(
      `the server needs ${needed} open files for its processes, and may have ${limit}`,
    );
}

function daemonsAtOnce(plan: Plan): number {
  const groups = new Map(plan.processGroups.map((group) => [group.name, group]));
  const pairs = new Set(
    startAtOnce(plan).map(({ processGroup, applicationGroup }) =>
      groups.get(processGroup)?.isolation === 'interpreters'
        ? JSON.stringify([processGroup])
        : JSON.stringify([processGroup, applicationGroup]),
    ),
  );
  let daemons = 0;
  for (const pair of pairs) {
    const group = groups.get((JSON.parse(pair) as string[])[0] ?? '');
    if (group && !group.broken) daemons += group.processes;
  }
  return daemons;
}
