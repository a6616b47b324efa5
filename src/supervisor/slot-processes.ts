import type { Loaded } from '../protocol/control.js';
import type { Incarnation } from './incarnation.js';

/** The processes of a slot, by what each is to it. */
export class SlotProcesses {
  current: Incarnation | undefined;
  /** Started beside the current one, to take its place if it can import what that one has. */
  successor: Incarnation | undefined;
  /**
   * They serve, with scripts that the current one could not import, or those gateways that are connected until a
   * current one is ready.
   */
  readonly elders = new Set<Incarnation>();
  /** These, and those that have only to end. */
  readonly alive = new Set<Incarnation>();

  get serving(): Incarnation[] {
    return this.current ? [this.current, ...this.elders] : [...this.elders];
  }

  /** What stands for the file of a script that one of them serves. */
  stampOf(script: Loaded): string | undefined {
    for (const one of this.serving) {
      const stamp = one.stampOf(script);
      if (stamp !== undefined) return stamp;
    }
    return undefined;
  }

  /** The successor takes the place, and who had it serves on until it has told gateways. */
  succeed(): void {
    if (this.current) this.elders.add(this.current);
    this.adopt();
  }

  /** The successor takes the place that is free. */
  adopt(): void {
    this.current = this.successor;
    this.successor = undefined;
  }

  giveSuccessorUp(): void {
    this.successor?.giveUp();
    this.successor = undefined;
  }

  /** The place becomes free. `serves`: those that are connected are served until another one is ready. */
  letGo({ serves }: { readonly serves: boolean }): void {
    if (this.current && serves) this.elders.add(this.current);
    else this.current?.limitEnd();
    this.current = undefined;
  }

  /** Nothing will take the place of the elders. */
  dismissElders(): void {
    for (const old of this.elders) old.limitEnd();
    this.elders.clear();
  }

  delete(one: Incarnation): void {
    this.alive.delete(one);
    this.elders.delete(one);
  }
}
