import { createSlot, type Slot, type SlotWorld } from './slot.js';

/** All processes of one process group that serve one application group. */
export interface ProcessSet {
  stop(graceful: number): Promise<void>;
  overdue(id: number): void;
  killNow(): void;
}

export function startProcessSet(world: SlotWorld, processes: number): ProcessSet {
  const slots: Slot[] = Array.from({ length: processes }, () => createSlot(world));
  for (const slot of slots) slot.start();
  return {
    async stop(graceful) {
      await Promise.all(slots.map((slot) => slot.stop(graceful)));
    },
    overdue(id) {
      for (const slot of slots) slot.overdue(id);
    },
    killNow() {
      for (const slot of slots) slot.killNow();
    },
  };
}
