import { ImportTrials } from './import-trials.js';
import { DaemonSlot } from './slot.js';
import type { SlotWorld } from './slot-world.js';

/** All processes of one process group that serve one application group. */
export interface ProcessSet {
  stop(graceful: number): Promise<void>;
  overdue(id: number): void;
  unreachable(id: number): void;
  checkJournals(): void;
  killNow(): void;
}

export interface SetWorld extends Omit<SlotWorld, 'share' | 'trials'> {
  /** No slot has a process, nor can one start: requests need not wait. Holds until an endpoint comes up. */
  readonly broken: (reason: string) => void;
}

export function startProcessSet(world: SetWorld, processes: number): ProcessSet {
  /** The slots in which no process can start. */
  const unusable = new Set<number>();
  const trials = new ImportTrials(world.now);
  const worldOf = (index: number): SlotWorld => ({
    ...world,
    trials,
    share: index / processes,
    endpointUp(endpoint) {
      unusable.delete(index);
      world.endpointUp(endpoint);
    },
    unusable(reason) {
      unusable.add(index);
      world.unusable(reason);
      if (unusable.size === processes) world.broken(reason);
    },
  });
  const slots = Array.from({ length: processes }, (_, index) => new DaemonSlot(worldOf(index)));
  for (const slot of slots) slot.start();
  return {
    async stop(graceful) {
      await Promise.all(slots.map((slot) => slot.stop(graceful)));
    },
    overdue(id) {
      for (const slot of slots) slot.overdue(id);
    },
    unreachable(id) {
      for (const slot of slots) slot.unreachable(id);
    },
    checkJournals() {
      for (const slot of slots) slot.checkJournals();
    },
    killNow() {
      for (const slot of slots) slot.killNow();
    },
  };
}
