import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Emit } from '../base/events.js';
import type { Plan } from '../plan/plan.js';

/**
 * In the environment of every gateway and daemon, and so of what applications start. It is no secret: whoever
 * takes it can have processes of a user of ours ended, and that only by that user.
 */
export const serverVariable = 'VENVHOST_SERVER';

/** A process that is forked while the others are ended is found in the next round. */
const rounds = 5;

/**
 * Ends what applications have started in sessions of their own, which the end of a daemon's process group does not
 * reach. Only processes that carry our mark and run as a user of the plan; nothing without `/proc`.
 */
export function endSurvivors(mark: string, plan: Plan, emit: Emit): void {
  const uids = hostedUsers(plan);
  for (let round = 0; round < rounds; round++) {
    const found = survivors(mark, uids);
    if (found.length === 0) return;
    for (const pid of found) {
      const command = commandOf(pid);
      if (isKilled(pid)) emit({ type: 'survivor-ended', pid, command });
    }
  }
}

function hostedUsers({ gateways, processGroups, embedded }: Plan): ReadonlySet<number> {
  const self = process.getuid?.() ?? -1;
  if (self !== 0) return new Set([self]);
  const all = [gateways.identity, embedded?.identity, ...processGroups.map((one) => one.identity)];
  return new Set(all.flatMap((one) => (one && one.uid !== 0 ? [one.uid] : [])));
}

function survivors(mark: string, uids: ReadonlySet<number>): number[] {
  const variable = `${serverVariable}=${mark}`;
  return listProcesses().filter((pid) => {
    try {
      return (
        pid !== process.pid &&
        uids.has(statSync(`/proc/${pid}`).uid) &&
        readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(variable)
      );
    } catch {
      // It has gone, or is none of ours.
      return false;
    }
  });
}

function listProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      .replaceAll('\0', ' ')
      .trim()
      .slice(0, 200);
  } catch {
    return '';
  }
}

function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
