import type { Endpoint } from '../../plan/plan.js';
import { scriptKey } from '../../protocol/control.js';
import { slots } from '../../protocol/journal.js';
import { Channel, type RemoteProcess } from './channel.js';
import { type Candidate, frozenMilliseconds, meanAfter } from './policy.js';

/** How long a process gets nothing when its connection broke, or when it refused a request. */
const pauseMilliseconds = 100;
/**
 * What a dead process wrote last may still be unread, so its connections end by themselves, or after this time
 * where a child that it left behind holds the socket open.
 */
const lastWordsMilliseconds = 1000;
/** What a process says is not remembered without limit. */
const mostScripts = 1000;

/** A process that has ended cannot be reached either, and its end is told within this time. */
const unreachableMilliseconds = 500;
const unreachableAgainMilliseconds = 5000;

/** A request that is to be sent. */
export interface Sendable {
  readonly applicationGroup: string;
  readonly script: string;
  /** Its client has gone, or it was answered otherwise. */
  readonly gone: boolean;
  send(channel: Channel, now: number): void;
}

export interface ProcessEvents<T extends Sendable> {
  /** Whether clients have made the name of an application group up. */
  isInvented(applicationGroup: string): boolean;
  /** More requests can be given to it. */
  room(): void;
  /** These were not sent, the oldest first. */
  returned(requests: readonly T[]): void;
  /** It has not been possible to connect for a while. */
  unreachable(): void;
  /** Another process is going to import a script anew; requests for it get the old code here. */
  outdated(): void;
  /** The new code of a script cannot be imported: the old is all that there is. */
  current(): void;
  /** It could not import a script. */
  lacks(): void;
}

/** A connection, and the requests that wait until it is made. */
interface Line<T> {
  readonly channel: Channel;
  readonly since: number;
  waiting: T[];
}

/** A daemon process as the gateway sees it: one connection for each application group that it serves. */
export class DaemonProcess<T extends Sendable = Sendable> implements Candidate, RemoteProcess {
  readonly endpoint: Endpoint;
  /** Another process has taken its place: it gets only what that one lacks. */
  replaced = false;
  inFlight = 0;
  meanMilliseconds = -1;
  silentSince = 0;
  readonly #gateway: number;
  readonly #events: ProcessEvents<T>;
  readonly #lines = new Map<string, Line<T>>();
  /** Connections that take nothing new, beside those that do. */
  readonly #ending = new Set<Channel>();
  /** Scripts that another process is going to import anew, with their application groups. */
  readonly #outdated = new Set<string>();
  /** Scripts that it could not import, likewise. */
  readonly #lacks: Set<string>;
  #leaving = false;
  #doomedAt = Number.POSITIVE_INFINITY;
  #pausedUntil = 0;
  /** Since when, and when it is told; infinite while all is well. */
  #unreachableAt = Number.POSITIVE_INFINITY;

  constructor(endpoint: Endpoint, gateway: number, events: ProcessEvents<T>) {
    this.endpoint = endpoint;
    this.#lacks = new Set(endpoint.lacks);
    this.#gateway = gateway;
    this.#events = events;
  }

  get threads(): number {
    return this.endpoint.threads;
  }

  /** Application groups do not know of each other's threads, so only a single one gets more than there are. */
  get extras(): boolean {
    return this.#lines.size <= 1;
  }

  get takes(): boolean {
    return !this.#leaving && this.#pausedUntil === 0 && this.inFlight < slots;
  }

  /** Whether it gets nothing new any more. */
  get leaving(): boolean {
    return this.#leaving;
  }

  /** Whether the last connection to it could be made. */
  get reachable(): boolean {
    return this.#unreachableAt === Number.POSITIVE_INFINITY;
  }

  /** Nothing new goes there, and nothing is there any more. */
  get gone(): boolean {
    return this.#leaving && this.#ending.size === 0;
  }

  *channels(): Iterable<Channel> {
    for (const { channel } of [...this.#lines.values()]) yield channel;
    yield* [...this.#ending];
  }

  get outdated(): boolean {
    return this.#outdated.size > 0;
  }

  /** Whether another process is going to have newer code for this request. */
  hasOldCode({ applicationGroup, script }: Sendable): boolean {
    return this.#outdated.has(scriptKey(script, applicationGroup));
  }

  /** Whether it could not import this script, and another one has it. */
  lacks({ applicationGroup, script }: Sendable): boolean {
    return this.incomplete && this.#lacks.has(scriptKey(script, applicationGroup));
  }

  get incomplete(): boolean {
    return this.#lacks.size > 0;
  }

  /** Makes the connection for an application group before the first request for it. */
  connect(applicationGroup: string): void {
    this.#line(applicationGroup);
  }

  /** Whether requests of an application group run here, or wait for a connection. */
  serves(applicationGroup: string): boolean {
    const line = this.#lines.get(applicationGroup);
    return line !== undefined && (line.channel.inFlight > 0 || line.waiting.length > 0);
  }

  /** Closes the connection for an application group for which nothing is under way. */
  disconnect(applicationGroup: string): void {
    const line = this.#lines.get(applicationGroup);
    if (!line) return;
    this.#lines.delete(applicationGroup);
    this.#ending.add(line.channel);
    line.channel.leave();
  }

  /** Sends a request, as soon as there is a connection for its application group. */
  give(request: T, now: number): void {
    const line = this.#line(request.applicationGroup);
    if (line.channel.welcomed) {
      request.send(line.channel, now);
      return;
    }
    line.waiting.push(request);
    this.sent(now);
  }

  /** Sends nothing new; connections close when their last request is over. */
  leave(): void {
    this.#leaving = true;
    const lines = [...this.#lines.values()];
    this.#lines.clear();
    for (const line of lines) {
      this.#ending.add(line.channel);
      line.channel.leave();
    }
    for (const line of lines) this.#return(line);
  }

  /** The process has ended. */
  died(now: number): void {
    this.leave();
    this.#doomedAt = now + lastWordsMilliseconds;
  }

  /** @param elsewhere whether another process could take what waits for a connection here. */
  tick(now: number, elsewhere: () => boolean): void {
    if (this.#pausedUntil > 0 && now >= this.#pausedUntil) this.#pausedUntil = 0;
    if (now >= this.#doomedAt) this.destroy();
    if (now >= this.#unreachableAt && !this.#leaving) {
      this.#unreachableAt = now + unreachableAgainMilliseconds;
      this.#events.unreachable();
    }
    for (const line of this.#lines.values()) {
      const late = line.waiting.length > 0 && now - line.since >= frozenMilliseconds;
      if (late && elsewhere()) this.#return(line);
    }
  }

  destroy(): void {
    this.#leaving = true;
    for (const channel of this.channels()) channel.destroy();
  }

  sent(now: number): void {
    this.inFlight++;
    if (this.silentSince === 0) this.silentSince = now;
  }

  heard(now: number): void {
    this.silentSince = now;
  }

  over(milliseconds: number | undefined): void {
    if (milliseconds !== undefined) {
      const { inFlight, threads } = this;
      this.meanMilliseconds = meanAfter(this.meanMilliseconds, { milliseconds, inFlight, threads });
    }
    this.inFlight--;
    if (this.inFlight === 0) this.silentSince = 0;
  }

  #line(applicationGroup: string): Line<T> {
    const known = this.#lines.get(applicationGroup);
    if (known) return known;
    const group = { name: applicationGroup, invented: this.#events.isInvented(applicationGroup) };
    const channel = new Channel(this, group, this.#gateway, {
      welcomed: () => {
        this.#unreachableAt = Number.POSITIVE_INFINITY;
        this.#sendWaiting(line);
      },
      unreachable: () => {
        const soon = performance.now() + unreachableMilliseconds;
        this.#unreachableAt = Math.min(this.#unreachableAt, soon);
      },
      room: this.#events.room,
      goAway: () => this.leave(),
      outdated: (script) => {
        if (this.#outdated.size < mostScripts)
          this.#outdated.add(scriptKey(script, applicationGroup));
        this.#events.outdated();
      },
      current: (script) => {
        this.#outdated.delete(scriptKey(script, applicationGroup));
        this.#events.current();
      },
      lacks: (script) => {
        if (this.#lacks.size < mostScripts) this.#lacks.add(scriptKey(script, applicationGroup));
        this.#events.lacks();
      },
      refused: () => this.#outdated.size === 0 && !this.incomplete && this.#pause(),
      lost: () => this.#lost(line, applicationGroup),
    });
    const line: Line<T> = { channel, since: performance.now(), waiting: [] };
    this.#lines.set(applicationGroup, line);
    return line;
  }

  #sendWaiting(line: Line<T>): void {
    const now = performance.now();
    for (const request of this.#takeWaiting(line)) request.send(line.channel, now);
    this.#events.room();
  }

  #return(line: Line<T>): void {
    const requests = this.#takeWaiting(line);
    if (requests.length > 0) this.#events.returned(requests);
  }

  #takeWaiting(line: Line<T>): T[] {
    const { waiting } = line;
    line.waiting = [];
    for (let count = waiting.length; count > 0; count--) this.over(undefined);
    return waiting.filter((request) => !request.gone);
  }

  /** The next one to take may be the same process: not at once, or the two would do nothing else. */
  #pause(): void {
    this.#pausedUntil = performance.now() + pauseMilliseconds;
  }

  #lost(line: Line<T>, applicationGroup: string): void {
    this.#ending.delete(line.channel);
    if (this.#lines.get(applicationGroup) === line) {
      this.#lines.delete(applicationGroup);
      this.#pause();
    }
    this.#return(line);
    this.#events.room();
  }
}
