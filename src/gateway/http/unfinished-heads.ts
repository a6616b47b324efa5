/** A connection as the budget sees it. */
export interface HeadSender {
  /** Answers with 408 and is gone: what it has sent is not kept any longer. */
  giveUpHead(): void;
}

/** Bytes of heads that are not finished, of all connections of a gateway. Each may be as long as the limits allow. */
export const mostUnfinished = 64 * 1024 * 1024;

const tellMilliseconds = 10_000;

/** The request heads that are under way. Where they are too much together, the oldest go first. */
export class UnfinishedHeads {
  readonly #most: number;
  /** In the order in which they began. */
  readonly #sizes = new Map<HeadSender, number>();
  #total = 0;
  #dropped = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(most = mostUnfinished) {
    this.#most = most;
  }

  grew(sender: HeadSender, size: number): void {
    this.#total += size - (this.#sizes.get(sender) ?? 0);
    this.#sizes.set(sender, size);
    while (this.#total > this.#most) {
      const [oldest] = this.#sizes.keys();
      if (!oldest) return;
      this.done(oldest);
      this.#dropped++;
      oldest.giveUpHead();
    }
  }

  /** Finished, or its connection is gone. */
  done(sender: HeadSender): void {
    const size = this.#sizes.get(sender);
    if (size === undefined) return;
    this.#total -= size;
    this.#sizes.delete(sender);
  }

  /** How many were given up since they were last told of, at most every few seconds. */
  takeDropped(now: number): number {
    if (this.#dropped === 0 || now - this.#toldAt < tellMilliseconds) return 0;
    this.#toldAt = now;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
