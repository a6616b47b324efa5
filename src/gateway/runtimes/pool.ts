import type { Emit } from '../../base/events.js';
import type { Endpoint, ProcessGroupPlan } from '../../plan/plan.js';
import { BusyWatch } from './busy-watch.js';
import type { Channel, StreamOwner } from './channel.js';
import { CodeAges } from './code-ages.js';
import { chooseProcess, frozenMilliseconds, shouldMove } from './policy.js';
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
  /** How many there are. */
  readonly gateways: number;
  readonly emit: Emit;
  readonly want: (processGroup: string, applicationGroup: string) => void;
  /** Whether clients have made the name of an application group up. */
  readonly isInvented: (applicationGroup: string) => boolean;
  /** No request needs the processes of this application group any more. */
  readonly unwant: (processGroup: string, applicationGroup: string) => void;
  /** A request in this process ran longer than request-timeout. */
  readonly overdue: (endpoint: number) => void;
  /** No connection to this process can be made. */
  readonly unreachable: (endpoint: number) => void;
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
  readonly #processes = new CodeAges<Waiting>();
  /** Requests that wait for the new code, while others are served with the old. */
  #held: Waiting[] = [];
  readonly #queue: Queue<Waiting> = createQueue();
  readonly #busyWatch = new BusyWatch();
  #wantedAt = Number.NEGATIVE_INFINITY;
  #giving = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.group = options.group;
    this.applicationGroup = options.applicationGroup;
    if (options.group.broken) this.broken = options.group.broken.message;
  }

  /** Nothing waits, no process is there, and nothing has to be remembered. */
  get unused(): boolean {
    return (
      this.#queue.length + this.#held.length === 0 &&
      this.#processes.all().length === 0 &&
      this.broken === undefined
    );
  }

  /** Whether anything is under way for an application group. */
  serves(applicationGroup: string): boolean {
    const isOfIt = (request: Waiting) => request.applicationGroup === applicationGroup;
    return (
      this.#queue.some(isOfIt) ||
      this.#held.some(isOfIt) ||
      this.#processes.all().some((process) => process.serves(applicationGroup))
    );
  }

  /** Closes the connections for an application group for which nothing is under way. */
  disconnect(applicationGroup: string): void {
    for (const process of this.#processes.all()) process.disconnect(applicationGroup);
  }

  /** Gateways that give requests to the same threads, and do not know of each other. */
  get #sharers(): number {
    return this.group.name === '' ? 1 : this.#options.gateways;
  }

  /** So many threads may be held for clients that are slow to read: half of them. */
  get mayBeHeld(): number {
    const threads = this.#processes.newest.reduce((sum, process) => sum + process.threads, 0);
    return Math.floor(threads / 2 / this.#sharers);
  }

  /** Whether one more request leaves half of the threads of a process free, and nobody waits. */
  get hasThreadsToSpare(): boolean {
    return (
      this.#queue.length === 0 &&
      this.#processes.newest.some(
        (process) => process.takes && (process.inFlight + 1) * 2 * this.#sharers <= process.threads,
      )
    );
  }

  /** Whether nothing can be served. */
  get refuses(): boolean {
    const old = this.#processes.outdated.some((process) => !process.leaving);
    return this.broken !== undefined && !old && !this.#hasProcess;
  }

  /** Takes a request that begins to wait now. */
  submit(request: Waiting): void {
    const old = this.#processes.servesOldCode(request);
    if (this.broken !== undefined && !old && !this.#hasProcess) {
      request.giveUp(503, `the process group is broken: ${this.broken}`);
      return;
    }
    if (old && this.#shouldWait(request)) {
      this.#held.push(request);
      return;
    }
    const now = request.waitsSince;
    if (this.#queue.length === 0) {
      const process = this.#processes.choose(request, now);
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
    if (this.#processes.newest.length === 0 && !old) this.#want(now);
  }

  /**
   * Puts a request that was not begun back, in front of those that came later. What a process with a changed
   * script has not taken waits for the new one.
   */
  putBack(request: Waiting): void {
    if (request.gone) return;
    if (this.#processes.servesOldCode(request) && this.#processes.hasOldCode(request))
      this.#held.push(request);
    else this.#queue.addFirst(request);
    this.#giveSoon();
  }

  endpointUp(endpoint: Endpoint): void {
    this.broken = undefined;
    const process = new DaemonProcess<Waiting>(endpoint, this.#options.gateway, {
      isInvented: this.#options.isInvented,
      room: () => this.#give(),
      returned: (requests) => {
        for (const request of requests.toReversed()) this.putBack(request);
      },
      outdated: () => this.#processes.setAside(process),
      current: () => {
        this.#processes.bringBack(process);
        this.#giveSoon();
      },
      lacks: () => this.#processes.noteLacking(),
      unreachable: () => this.#options.unreachable(endpoint.id),
    });
    this.#processes.add(process, endpoint.replaces);
    // Before the first request, so that it need not wait; other application groups connect at theirs.
    process.connect(endpoint.applicationGroup);
    this.#giveSoon();
  }

  /** @param dead whether the process is known to have ended; else it finishes what it has. */
  endpointDown(id: number, dead: boolean): void {
    const process = this.#processes.all().find((one) => one.endpoint.id === id);
    if (dead) process?.died(performance.now());
    else process?.leave();
  }

  setBroken(reason: string): void {
    this.broken = reason;
    for (const request of this.#held.splice(0))
      if (!request.gone) request.giveUp(503, `the process group is broken: ${reason}`);
    if (this.#processes.outdated.some((process) => !process.leaving) || this.#hasProcess) return;
    for (let next = this.#queue.take(); next; next = this.#queue.take())
      if (!next.gone) next.giveUp(503, `the process group is broken: ${reason}`);
  }

  /** A few times a second: deadlines, frozen processes, lost connections. */
  tick(now: number): void {
    this.#endDeadlines(now);
    this.#endLongRequests(now);
    this.#moveFrozen(now);
    for (const process of this.#processes.all())
      process.tick(now, () => chooseProcess(this.#othersThan(process), now) !== undefined);
    this.#processes.removeGone();
    if (this.#queue.length > 0 && this.#processes.all().length === 0) this.#want(now);
    this.#give();
    this.#tellBusy(now);
  }

  #tellBusy(now: number): void {
    const news = this.#busyWatch.look(this.#processes.servers, this.#queue.length, now);
    if (!news) return;
    const { group, applicationGroup } = this;
    this.#options.emit({ ...news, processGroup: group.name, applicationGroup });
  }

  close(): void {
    for (const process of this.#processes.all()) process.destroy();
  }

  /** Whether a process is there to which requests can be given. */
  get #hasProcess(): boolean {
    return this.#processes.newest.some((process) => process.reachable && !process.leaving);
  }

  /** One request at a time waits for the new code of a script: who changes it and asks then sees the change. */
  #shouldWait(request: Waiting): boolean {
    return (
      this.broken === undefined &&
      this.#processes.hasOldCode(request) &&
      this.#held.every((held) => held.gone || !isForTheSame(held, request))
    );
  }

  #releaseHeld(): void {
    const held = this.#held;
    this.#held = held.filter(
      (request) => this.#processes.servesOldCode(request) && this.#processes.hasOldCode(request),
    );
    for (const request of held.toReversed())
      if (!this.#held.includes(request)) this.#queue.addFirst(request);
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
    if (this.#held.length > 0) this.#releaseHeld();
    if (this.#queue.length === 0) return;
    const now = performance.now();
    while (this.#queue.length > 0) {
      const next = this.#queue.first() as Waiting;
      if (next.gone) {
        this.#queue.take();
        continue;
      }
      const process = this.#processes.choose(next, now);
      if (!process) return;
      this.#queue.take();
      process.give(next, now);
    }
  }

  /** The oldest stand at the front, so the first that may wait longer ends the search. */
  #endDeadlines(now: number): void {
    const none = !this.#processes.all().some((process) => process.takes || process.inFlight > 0);
    this.#held = this.#held.filter((request) => !this.#isOver(request, now, none));
    for (let first = this.#queue.first(); first; first = this.#queue.first()) {
      if (!this.#isOver(first, now, none)) return;
      this.#queue.take();
    }
  }

  /** Whether its client has gone, or it has waited too long: then it is told. */
  #isOver(request: Waiting, now: number, none: boolean): boolean {
    const { connect } = this.group.timeouts;
    if (request.gone) return true;
    if (this.#isLate(request, now)) this.#giveUpLate(request);
    else if (none && connect > 0 && now - request.waitsSince > connect * 1000)
      request.giveUp(503, `no process became ready within ${connect} s (connect-timeout)`);
    else return false;
    return true;
  }

  #isLate({ waitsSince }: Waiting, now: number): boolean {
    const { queue } = this.group.timeouts;
    return queue > 0 && now - waitsSince > queue * 1000;
  }

  #giveUpLate(request: Waiting): void {
    const { queue } = this.group.timeouts;
    request.giveUp(504, `waited ${queue} s in the queue (queue-timeout)`);
  }

  #endLongRequests(now: number): void {
    const { request } = this.group.timeouts;
    if (request === 0) return;
    for (const process of this.#processes.all()) {
      let late = 0;
      for (const channel of process.channels())
        for (const [, owner] of channel.sentBefore(now - request * 1000)) {
          owner.onTimeout(request);
          late++;
        }
      if (late > 0) this.#options.overdue(process.endpoint.id);
    }
  }

  /** Takes back what a silent process has not begun, while another one has room, or where it has waited too long. */
  #moveFrozen(now: number): void {
    for (const process of this.#processes.all()) {
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
          reason: `the process did not begin them within ${frozenMilliseconds / 1000} s`,
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
      const request = owner as StreamOwner & Waiting;
      if (this.#isLate(request, now)) {
        if (channel.withdraw(stream)) this.#giveUpLate(request);
        continue;
      }
      const elsewhere = chooseProcess(others, now) !== undefined;
      if (!shouldMove(owner.sentAt, now, elsewhere) || !channel.withdraw(stream)) continue;
      moved++;
      request.moved();
    }
    return moved;
  }

  #othersThan(process: DaemonProcess<Waiting>): DaemonProcess<Waiting>[] {
    return this.#processes.servers.filter((other) => other !== process);
  }
}

function isForTheSame(one: Waiting, other: Waiting): boolean {
  return one.script === other.script && one.applicationGroup === other.applicationGroup;
}
