import type { Emit } from '../../base/events.js';
import type { Endpoint, ProcessGroupPlan } from '../../plan/plan.js';
import type { Channel, StreamOwner } from './channel.js';
import { choosePlace, frozenMilliseconds, shouldMove } from './policy.js';
import { DaemonProcess, type Sendable } from './process.js';
import { createQueue, type Queue } from './queue.js';

/** A request as the pool sees it. */
export interface Waiting extends Sendable {
  /** When it was first put in, in milliseconds of the clock. */
  readonly waitsSince: number;
  /** It waited too long, or there is no place. */
  giveUp(status: 503 | 504, reason: string): void;
  /** It was taken back from a process; it has been put in again. */
  moved(): void;
}

export interface PoolOptions {
  readonly group: ProcessGroupPlan;
  readonly applicationGroup: string;
  readonly gateway: number;
  readonly emit: Emit;
  readonly want: (processGroup: string, applicationGroup: string) => void;
  /** A request in this process ran longer than request-timeout. */
  readonly overdue: (endpoint: number) => void;
}

const wantAgainMilliseconds = 1000;

/**
 * Daemon processes that serve the same requests, and the requests that wait for them: those of a process group,
 * or where each application group has processes of its own, those of one application group of it.
 */
export class Pool {
  readonly group: ProcessGroupPlan;
  readonly applicationGroup: string;
  /** Why nothing can be served. */
  broken: string | undefined;

  readonly #options: PoolOptions;
  #processes: DaemonProcess<Waiting>[] = [];
  readonly #queue: Queue<Waiting> = createQueue();
  #wantedAt = Number.NEGATIVE_INFINITY;
  #giving = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.group = options.group;
    this.applicationGroup = options.applicationGroup;
    if (options.group.broken) this.broken = options.group.broken.message;
  }

  /** Nothing waits, and no process is there. */
  get unused(): boolean {
    return this.#queue.length === 0 && this.#processes.length === 0;
  }

  /** Whether one more request leaves half of the threads of a process free, and nobody waits. */
  get hasThreadsToSpare(): boolean {
    return (
      this.#queue.length === 0 &&
      this.#processes.some(
        (process) => process.takes && (process.inFlight + 1) * 2 <= process.threads,
      )
    );
  }

  /** Takes a request that begins to wait now. */
  submit(request: Waiting): void {
    if (this.broken !== undefined) {
      request.giveUp(503, `the process group is broken: ${this.broken}`);
      return;
    }
    const now = request.waitsSince;
    if (this.#queue.length === 0) {
      const process = choosePlace(this.#processes, now);
      if (process) {
        process.give(request, now);
        return;
      }
    }
    if (this.#queue.length >= this.group.queueLimit) this.#queue.drop((waiting) => waiting.gone);
    if (this.#queue.length >= this.group.queueLimit) {
      request.giveUp(503, `${this.group.queueLimit} requests wait already`);
      return;
    }
    this.#queue.add(request);
    if (this.#processes.length === 0) this.#want(now);
  }

  /** Puts a request that was not begun back, in front of those that came later. */
  putBack(request: Waiting): void {
    if (request.gone) return;
    this.#queue.addFirst(request);
    this.#giveSoon();
  }

  endpointUp(endpoint: Endpoint): void {
    this.broken = undefined;
    const process = new DaemonProcess<Waiting>(endpoint, this.#options.gateway, {
      room: () => this.#give(),
      returned: (requests) => {
        for (const request of requests.toReversed()) this.putBack(request);
      },
    });
    this.#processes.push(process);
    // Before the first request, so that it need not wait; other application groups connect at theirs.
    process.connect(endpoint.applicationGroup);
    this.#giveSoon();
  }

  /** @param dead whether the process is known to have ended; else it finishes what it has. */
  endpointDown(id: number, dead: boolean): void {
    const process = this.#processes.find((one) => one.endpoint.id === id);
    if (dead) process?.died(performance.now());
    else process?.leave();
  }

  setBroken(reason: string): void {
    this.broken = reason;
    for (let next = this.#queue.take(); next; next = this.#queue.take())
      if (!next.gone) next.giveUp(503, `the process group is broken: ${reason}`);
  }

  /** A few times a second: deadlines, frozen processes, lost connections. */
  tick(now: number): void {
    this.#endDeadlines(now);
    this.#endLongRequests(now);
    this.#moveFrozen(now);
    for (const process of this.#processes)
      process.tick(now, () => choosePlace(this.#othersThan(process), now) !== undefined);
    if (this.#processes.some((process) => process.gone))
      this.#processes = this.#processes.filter((process) => !process.gone);
    if (this.#queue.length > 0 && this.#processes.length === 0) this.#want(now);
    this.#give();
  }

  close(): void {
    for (const process of this.#processes) process.destroy();
  }

  #want(now: number): void {
    if (now - this.#wantedAt < wantAgainMilliseconds) return;
    this.#wantedAt = now;
    this.#options.want(this.group.name, this.applicationGroup);
  }

  /** Not inside the call that put something back: all that a dead process had comes first. */
  #giveSoon(): void {
    if (this.#giving) return;
    this.#giving = true;
    setImmediate(() => {
      this.#giving = false;
      this.#give();
    });
  }

  #give(): void {
    if (this.#queue.length === 0) return;
    const now = performance.now();
    while (this.#queue.length > 0) {
      const next = this.#queue.first() as Waiting;
      if (next.gone) {
        this.#queue.take();
        continue;
      }
      const process = choosePlace(this.#processes, now);
      if (!process) return;
      this.#queue.take();
      process.give(next, now);
    }
  }

  /** The oldest stand at the front, so the first that may wait longer ends the search. */
  #endDeadlines(now: number): void {
    const { queue, connect } = this.group.timeouts;
    const none = !this.#processes.some((process) => process.takes || process.inFlight > 0);
    for (let first = this.#queue.first(); first; first = this.#queue.first()) {
      const waited = (now - first.waitsSince) / 1000;
      if (first.gone) this.#queue.take();
      else if (queue > 0 && waited > queue) {
        this.#queue.take();
        first.giveUp(504, `waited ${queue} s in the queue (queue-timeout)`);
      } else if (none && connect > 0 && waited > connect) {
        this.#queue.take();
        first.giveUp(503, `no process became ready within ${connect} s (connect-timeout)`);
      } else return;
    }
  }

  #endLongRequests(now: number): void {
    const { request } = this.group.timeouts;
    if (request === 0) return;
    for (const process of this.#processes) {
      let late = 0;
      for (const channel of process.channels())
        for (const [, owner] of channel.sentBefore(now - request * 1000)) {
          owner.onTimeout(request);
          late++;
        }
      if (late > 0) this.#options.overdue(process.endpoint.id);
    }
  }

  /** Takes back what a silent process has not begun, while another one has room. */
  #moveFrozen(now: number): void {
    for (const process of this.#processes) {
      if (process.silentSince === 0) continue;
      const others = this.#othersThan(process);
      let moved = 0;
      for (const channel of process.channels()) moved += this.#moveUnbegun(channel, others, now);
      if (moved > 0)
        this.#options.emit({
          type: 'requests-moved',
          processGroup: this.group.name,
          applicationGroup: this.applicationGroup,
          pid: process.endpoint.pid,
          count: moved,
          reason: 'the process did not begin them within 1 s',
        });
    }
  }

  #moveUnbegun(channel: Channel, others: readonly DaemonProcess<Waiting>[], now: number): number {
    let moved = 0;
    for (const [stream, owner] of channel.unanswered(now - frozenMilliseconds)) {
      if (channel.hasBegun(stream) !== false) {
        owner.onBegun();
        continue;
      }
      const elsewhere = choosePlace(others, now) !== undefined;
      if (!shouldMove(owner.sentAt, now, elsewhere) || !channel.withdraw(stream)) continue;
      moved++;
      (owner as StreamOwner & Waiting).moved();
    }
    return moved;
  }

  #othersThan(process: DaemonProcess<Waiting>): DaemonProcess<Waiting>[] {
    return this.#processes.filter((other) => other !== process);
  }
}
