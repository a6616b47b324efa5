/** Names that can be in use at the same time in a process group, where the configuration names no others, */
export const mostInvented = 64;
/** and however many the configuration names. */
const leastInvented = 16;
/** Milliseconds without a request after which a name goes, */
const idle = 600_000;
/** and after which it goes when another one needs its place. */
const idleWhenFull = 60_000;

/** @param literalNames names of hosts in the configuration; they always have room. */
export function roomForInvented(literalNames: number): number {
  return Math.max(leastInvented, mostInvented - literalNames);
}

export interface InventedGroupsOptions {
  /** Names that can be in use at the same time. */
  readonly room: number;
  /** Whether anything is under way for it. */
  readonly serves: (name: string) => boolean;
  /** Ends what runs for it. */
  readonly end: (name: string) => void;
}

/**
 * The application groups of one process group whose names clients have made up, by a Host header for example: each
 * costs an interpreter. They share a limited room, and leave it when they are not asked for.
 */
export class InventedGroups {
  readonly #options: InventedGroupsOptions;
  readonly #usedAt = new Map<string, number>();

  constructor(options: InventedGroupsOptions) {
    this.#options = options;
  }

  /** Notes a request for a name. @returns false where there is no room for one more. */
  use(name: string, now: number): boolean {
    if (!this.#usedAt.has(name) && this.#usedAt.size >= this.#options.room && !this.#makeRoom(now))
      return false;
    this.#usedAt.set(name, now);
    return true;
  }

  has(name: string): boolean {
    return this.#usedAt.has(name);
  }

  tick(now: number): void {
    for (const [name, usedAt] of this.#usedAt)
      if (now - usedAt >= idle && !this.#options.serves(name)) this.#end(name);
  }

  /** The one that was asked for longest ago goes. */
  #makeRoom(now: number): boolean {
    const names = [...this.#usedAt]
      .filter(([, usedAt]) => now - usedAt >= idleWhenFull)
      .sort(([, one], [, other]) => one - other);
    const unused = names.find(([name]) => !this.#options.serves(name));
    if (unused) this.#end(unused[0]);
    return unused !== undefined;
  }

  #end(name: string): void {
    this.#usedAt.delete(name);
    this.#options.end(name);
  }
}
