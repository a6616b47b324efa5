import type { Emit } from '../../base/events.js';
import type { Endpoint, ProcessGroupPlan } from '../../plan/plan.js';
import { Channel, type StreamOwner } from './channel.js';
import { choosePlace, frozenMilliseconds, shouldMove } from './policy.js';
import { createQueue, type Queue } from './queue.js';

/** A request as the pool sees it. */
export interface Waiting {
  /** When it was first put in, in milliseconds of the clock. */
  readonly waitsSince: number;
  /** Its client has gone, or it was answered otherwise. */
  readonly gone: boolean;
  send(channel: Channel, now: number): void;
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
}

const wantAgainMilliseconds = 1000;
const reconnectMilliseconds = 100;
const lastWordsMilliseconds = 1000;

/** The daemon processes of one process group and application group, and the requests that wait for them. */
export class Pool {
  readonly group: ProcessGroupPlan;
  readonly applicationGroup: string;
  /** Why nothing can be served. */
  broken: string | undefined;

  readonly #options: PoolOptions;
  readonly #channels: Channel[] = [];
  readonly #endpoints = new Map<number, { endpoint: Endpoint; reconnectAt: number }>();
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
    return this.#queue.length === 0 && this.#channels.length === 0 && this.#endpoints.size === 0;
  }

  submit(request: Waiting): void {
    if (this.broken !== undefined) {
      request.giveUp(503, `the process group is broken: ${this.broken}`);
      return;
    }
    const now = performance.now();
    if (this.#queue.length === 0) {
      const channel = choosePlace(this.#channels, now);
      if (channel) {
        request.send(channel, now);
        return;
      }
    }
    if (this.#queue.length >= this.group.queueLimit) this.#queue.drop((waiting) => waiting.gone);
    if (this.#queue.length >= this.group.queueLimit) {
      request.giveUp(503, `${this.group.queueLimit} requests wait already`);
      return;
    }
    this.#queue.add(request);
    if (this.#channels.length === 0) this.#want(now);
  }

  /** Puts a request that was not begun back, in front of those that came later. */
  putBack(request: Waiting): void {
    if (request.gone) return;
    this.#queue.addFirst(request);
    this.#giveSoon();
  }

  endpointUp(endpoint: Endpoint): void {
    this.broken = undefined;
    this.#endpoints.set(endpoint.id, { endpoint, reconnectAt: 0 });
    this.#connect(endpoint);
  }

  /**
   * @param dead whether the process is known to have ended; else it finishes what it has. What a dead process
   * wrote last may still be unread, so its connection ends by itself, or after `lastWordsMilliseconds` where a
   * child that it left behind holds the socket open.
   */
  endpointDown(id: number, dead: boolean): void {
    this.#endpoints.delete(id);
    for (const channel of [...this.#channels]) {
      if (channel.endpoint.id !== id) continue;
      channel.leave();
      if (dead) channel.doomedAt = performance.now() + lastWordsMilliseconds;
    }
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
    for (const channel of [...this.#channels]) if (channel.doomedAt < now) channel.destroy();
    for (const entry of this.#endpoints.values()) {
      if (entry.reconnectAt === 0 || entry.reconnectAt > now) continue;
      entry.reconnectAt = 0;
      this.#connect(entry.endpoint);
    }
    if (this.#queue.length > 0 && this.#channels.length === 0) this.#want(now);
    this.#give();
  }

  close(): void {
    this.#endpoints.clear();
    for (const channel of [...this.#channels]) channel.destroy();
  }

  #connect(endpoint: Endpoint): void {
    this.#channels.push(
      new Channel(endpoint, this.#options.gateway, {
        room: () => this.#give(),
        lost: (channel) => this.#lost(channel),
      }),
    );
  }

  #lost(channel: Channel): void {
    const at = this.#channels.indexOf(channel);
    if (at >= 0) this.#channels.splice(at, 1);
    const entry = this.#endpoints.get(channel.endpoint.id);
    if (entry) entry.reconnectAt = performance.now() + reconnectMilliseconds;
    this.#giveSoon();
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
      const channel = choosePlace(this.#channels, now);
      if (!channel) return;
      this.#queue.take();
      next.send(channel, now);
    }
  }

  /** The oldest stand at the front, so the first that may wait longer ends the search. */
  #endDeadlines(now: number): void {
    const { queue, connect } = this.group.timeouts;
    const none = !this.#channels.some((channel) => channel.takes || channel.inFlight > 0);
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
    for (const channel of this.#channels)
      for (const [, owner] of channel.sentBefore(now - request * 1000)) owner.onTimeout(request);
  }

  /** Takes back what a silent process has not begun, while another one has room. */
  #moveFrozen(now: number): void {
    for (const channel of this.#channels) {
      if (channel.silentSince === 0 || !channel.journal) continue;
      let moved = 0;
      for (const [stream, owner] of channel.unanswered(now - frozenMilliseconds)) {
        if (channel.hasBegun(stream) !== false) {
          owner.onBegun();
          continue;
        }
        const others = this.#channels.filter((other) => other !== channel);
        const elsewhere = choosePlace(others, now) !== undefined;
        if (!shouldMove(owner.sentAt, now, elsewhere) || !channel.withdraw(stream)) continue;
        moved++;
        (owner as StreamOwner & Waiting).moved();
      }
      if (moved > 0)
        this.#options.emit({
          type: 'requests-moved',
          processGroup: this.group.name,
          applicationGroup: this.applicationGroup,
          pid: channel.endpoint.pid,
          count: moved,
          reason: 'the process did not begin them within 1 s',
        });
    }
  }
}
