import type { Emit } from '../base/events.js';
import type { Plan } from '../plan/plan.js';
import { afterDeath, delayAfter, noFailures } from '../supervisor/restart-policy.js';
import type { ProcessFiles } from '../supervisor/socket-folder.js';
import {
  type GatewayCommand,
  type GatewayExit,
  type GatewayProcess,
  inheritedNumbers,
  startGatewayProcess,
} from './gateway-process.js';
import { beatMilliseconds, freshPulse, frozenAfter, nextBeat, startsWithin } from './heartbeat.js';
import type { FromGateway, RuntimeFiles, ToGateway } from './link.js';

export interface SeatOptions {
  readonly plan: Plan;
  readonly version: string;
  readonly command: GatewayCommand;
  readonly emit: Emit;
  readonly want: (processGroup: string, applicationGroup: string) => void;
  readonly unwant: (processGroup: string, applicationGroup: string) => void;
  /** A request in the process of this endpoint ran longer than request-timeout. */
  readonly overdue: (endpoint: number) => void;
  /** No gateway connection to the process of this endpoint can be made. */
  readonly unreachable: (endpoint: number) => void;
  /** What the runtime inside of a gateway needs, made anew for each process; with `Plan.embedded` only. */
  readonly createFiles?: (id: number) => ProcessFiles;
  readonly spawn?: typeof startGatewayProcess;
}

/** Milliseconds beyond the drain time after which a gateway is killed. */
const drainMargin = 1000;

/** A first gateway that a signal ended while Node was loading is tried again so often. */
const mostEarlyEnds = 3;

/** Numbers of files for runtimes inside of gateways; those of daemons count from 1. */
let nextFiles = 900_000;

/** The place of one gateway process; the next one takes it when one dies, or does not answer any more. */
export class GatewaySeat {
  readonly #options: SeatOptions;
  readonly #gateway: number;
  readonly #known: () => ToGateway[];
  readonly #started = deferred();
  readonly #gone = deferred();
  #child: GatewayProcess | undefined;
  #files: ProcessFiles | undefined;
  #since = 0;
  #failures = noFailures;
  /** Whether this seat has ever had a process that was ready. */
  #hadReady = false;
  #ready = false;
  #stopping = false;
  #failure: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #heart: NodeJS.Timeout | undefined;
  #pulse = freshPulse;

  constructor(options: SeatOptions, gateway: number, known: () => ToGateway[]) {
    this.#options = options;
    this.#gateway = gateway;
    this.#known = known;
    this.#start();
  }

  /** Rejects when the first process of this seat ends before it is ready. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  send(message: ToGateway): void {
    this.#child?.send(message);
  }

  async stop(seconds: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    if (!this.#child) return;
    this.#child.send({ type: 'drain', seconds });
    const forPython = this.#options.plan.embedded?.timeouts.shutdown ?? 0;
    const limit = (seconds + forPython) * 1000 + drainMargin;
    this.#timer = setTimeout(() => this.killNow(), limit);
    await this.#gone.promise;
  }

  killNow(): void {
    this.#child?.kill();
  }

  #start(): void {
    const { plan, version, command, spawn = startGatewayProcess } = this.#options;
    this.#since = performance.now();
    this.#ready = false;
    this.#files = this.#createFiles();
    const files = this.#files;
    const full: GatewayCommand = files
      ? { ...command, runtime: [files.listening.fd, files.journalFd] }
      : command;
    const child = spawn(
      full,
      (message) => this.#hear(message),
      (exit) => this.#exited(exit),
    );
    this.#child = child;
    const { runtime, ...fds } = inheritedNumbers(full);
    child.send({
      type: 'plan',
      plan,
      gateway: this.#gateway,
      version,
      ...fds,
      ...(files && { runtime: runtimeFiles(files, runtime) }),
    });
    files?.closeFds();
    for (const message of this.#known()) child.send(message);
    this.#watch(child);
  }

  /** Without them the gateway serves all but embedded mode. */
  #createFiles(): ProcessFiles | undefined {
    const { plan, emit, createFiles } = this.#options;
    if (!plan.embedded || plan.embedded.broken) return undefined;
    try {
      return createFiles?.(nextFiles++);
    } catch (error) {
      const message = `embedded mode cannot be started: ${(error as Error).message}`;
      emit({ type: 'group-broken', processGroup: '', code: 'daemon-unusable', message });
      return undefined;
    }
  }

  /** A process that is stopped, or whose event loop is stuck, holds its connections and answers nobody. */
  #watch(child: GatewayProcess): void {
    let last = performance.now();
    this.#pulse = freshPulse;
    this.#heart = setInterval(() => {
      const now = performance.now();
      const limit = this.#ready ? frozenAfter : startsWithin;
      const { pulse, act } = nextBeat(this.#pulse, now - last, limit);
      last = now;
      this.#pulse = pulse;
      if (act === 'ask') child.send({ type: 'answer' });
      if (act !== 'kill') return;
      clearInterval(this.#heart);
      this.#options.emit({
        type: 'gateway-frozen',
        gateway: this.#gateway,
        pid: child.pid,
        seconds: limit,
      });
      child.kill();
    }, beatMilliseconds);
  }

  #hear(message: FromGateway): void {
    const { emit, want, unwant, overdue, unreachable } = this.#options;
    this.#pulse = freshPulse;
    switch (message.type) {
      case 'alive':
        return;
      case 'ready':
        this.#ready = this.#hadReady = true;
        emit({ type: 'gateway-up', gateway: this.#gateway, pid: this.#child?.pid ?? 0 });
        this.#started.resolve();
        return;
      case 'failed':
        this.#failure = message.message;
        this.killNow();
        return;
      case 'want':
        want(message.processGroup, message.applicationGroup);
        return;
      case 'unwant':
        unwant(message.processGroup, message.applicationGroup);
        return;
      case 'overdue':
        overdue(message.endpoint);
        return;
      case 'unreachable':
        unreachable(message.endpoint);
        return;
      case 'event':
        emit(message.event);
        return;
      case 'drained':
        this.killNow();
    }
  }

  #exited({ code, signal, lastLines }: GatewayExit): void {
    const { plan, emit } = this.#options;
    const pid = this.#child?.pid ?? 0;
    clearInterval(this.#heart);
    this.#child = undefined;
    this.#files?.remove();
    this.#files = undefined;
    if (this.#stopping) {
      clearTimeout(this.#timer);
      this.#gone.resolve();
      return;
    }
    const { deaths } = this.#failures;
    const byChance = signal !== null && this.#failure === undefined && deaths < mostEarlyEnds;
    if (!this.#hadReady && !byChance) {
      const why =
        this.#failure ?? [`a gateway process ended at its start`, ...lastLines].join('\n');
      this.#stopping = true;
      this.#started.reject(new Error(why));
      this.#gone.resolve();
      return;
    }
    const gateway = this.#gateway;
    emit({ type: 'gateway-died', gateway, pid, code, signal, lastLines });
    // Clients keep every gateway busy that is ready.
    const death = this.#ready ? 'used' : 'unready';
    this.#failures = afterDeath(this.#failures, death, performance.now() - this.#since);
    const delay = delayAfter(this.#failures, gateway / plan.gateways.count);
    this.#timer = setTimeout(() => this.#start(), delay);
  }
}

function runtimeFiles(
  { socket, journal, secret }: ProcessFiles,
  [listenFd, journalFd]: readonly [number, number],
): RuntimeFiles {
  return { socket, journal, secret, listenFd, journalFd };
}

function deferred(): {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
} {
  let resolve = () => {};
  let reject = (_error: Error) => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever does not wait for it does not want to know.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
