import { chooseProcess } from './policy.js';
import type { DaemonProcess, Sendable } from './process.js';

/** The processes of a pool: those with the newest code, and those that others replace because a script has changed. */
export class CodeAges<T extends Sendable> {
  #newest: DaemonProcess<T>[] = [];
  /** They serve while there is no other, or what the others lack. */
  #outdated: DaemonProcess<T>[] = [];
  /** Whether a process lacks a script, which another one may have. */
  #incomplete = false;

  /** @param replaces ids of endpoints whose place it takes. */
  add(process: DaemonProcess<T>, replaces: readonly number[] = []): void {
    this.#newest.push(process);
    this.noteLacking();
    for (const old of this.all())
      if (replaces.includes(old.endpoint.id)) {
        old.replaced = true;
        this.setAside(old);
      }
  }

  all(): readonly DaemonProcess<T>[] {
    return this.#outdated.length === 0 ? this.#newest : [...this.#newest, ...this.#outdated];
  }

  get newest(): readonly DaemonProcess<T>[] {
    return this.#newest;
  }

  get outdated(): readonly DaemonProcess<T>[] {
    return this.#outdated;
  }

  /** Those that requests are given to. */
  get servers(): readonly DaemonProcess<T>[] {
    const old = this.#outdated.length > 0 && this.#newest.every((process) => process.leaving);
    return old ? this.#outdated : this.#newest;
  }

  /** Nobody gets the old code any more once a process with the new one is there. */
  servesOldCode(request: T): boolean {
    return (
      this.#outdated.length > 0 &&
      this.#newest.every((process) => process.leaving || process.lacks(request))
    );
  }

  /** Whether newer code for this request is to come. */
  hasOldCode(request: T): boolean {
    return this.#outdated.some((process) => process.hasOldCode(request));
  }

  choose(request: T, now: number): DaemonProcess<T> | undefined {
    const candidates = this.servesOldCode(request) ? this.#outdated : this.#newest;
    if (!this.#incomplete) return chooseProcess(candidates, now);
    const able = candidates.filter((one) => !one.leaving && !one.lacks(request));
    // Where none is left that has it, another one says why it has not.
    if (able.length === 0) return chooseProcess(this.all(), now);
    // Those in the queue behind it may be for a process that has room.
    const others = this.all().some((one) => one.lacks(request));
    return chooseProcess(able, now) ?? (others ? able.find((one) => one.takes) : undefined);
  }

  /** From now on it serves only what no other process can. */
  setAside(process: DaemonProcess<T>): void {
    if (!this.#newest.includes(process)) return;
    this.#newest = this.#newest.filter((other) => other !== process);
    this.#outdated.push(process);
  }

  /** The new code cannot be imported. */
  bringBack(process: DaemonProcess<T>): void {
    if (process.outdated || process.replaced || !this.#outdated.includes(process)) return;
    this.#outdated = this.#outdated.filter((other) => other !== process);
    this.#newest.push(process);
  }

  noteLacking(): void {
    this.#incomplete = this.all().some((one) => one.incomplete);
  }

  removeGone(): void {
    if (!this.all().some((process) => process.gone)) return;
    this.#newest = this.#newest.filter((process) => !process.gone);
    this.#outdated = this.#outdated.filter((process) => !process.gone);
    this.noteLacking();
  }
}
