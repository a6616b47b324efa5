import type { Emit } from '../base/events.js';
import type { Endpoint, Plan } from '../plan/plan.js';
import { afterDeath, delayAfter, noFailures } from '../supervisor/restart-policy.js';
import type { ProcessFiles } from '../supervisor/socket-folder.js';
import {
  type GatewayCommand,
  type GatewayExit,
  type GatewayProcess,
  inheritedNumbers,
  startGatewayProcess,
} from './gateway-process.js';
import type { FromGateway, RuntimeFiles, ToGateway } from './link.js';

export interface GatewaysOptions {
  readonly plan: Plan;
  readonly version: string;
  readonly command: GatewayCommand;
  readonly emit: Emit;
  readonly want: (processGroup: string, applicationGroup: string) => void;
  /** A request in the process of this endpoint ran longer than request-timeout. */
  readonly overdue: (endpoint: number) => void;
  /** What the runtime inside of a gateway needs, made anew for each process; with `Plan.embedded` only. */
  readonly createFiles?: (id: number) => ProcessFiles;
  readonly spawn?: typeof startGatewayProcess;
}

/** All gateway processes of one server. */
export interface Gateways {
  /** Rejects when one cannot start; then none is left. They can be told things before. */
  readonly ready: Promise<void>;
  endpointUp(endpoint: Endpoint): void;
  endpointDown(id: number): void;
  endpointLeaving(id: number): void;
  groupBroken(processGroup: string, applicationGroup: string, reason: string): void;
  /** Lets running requests finish for at most `seconds`; resolves when no gateway process is left. */
  stop(seconds: number): Promise<void>;
  /** SIGKILL; `stop` resolves soon after. */
  killNow(): void;
}

/** Milliseconds beyond the drain time after which a gateway is killed. */
const drainMargin = 1000;

/** A first gateway that a signal ended while Node was loading is tried again so often. */
const mostEarlyEnds = 3;

/** Numbers of files for runtimes inside of gateways; those of daemons count from 1. */
let nextFiles = 900_000;

/** Starts the gateways and keeps them running. A new one is told all that the dead one knew. */
export function startGateways(options: GatewaysOptions): Gateways {
  const endpoints = new Map<number, Endpoint>();
  const broken = new Map<string, ToGateway>();
  const known = (): ToGateway[] => [
    ...broken.values(),
    ...[...endpoints.values()].map((endpoint) => ({ type: 'endpoint-up' as const, endpoint })),
  ];
  const seats = Array.from({ length: options.plan.gateways.count }, (_, index) =>
    createSeat(options, index, known),
  );
  const ready = allStarted(seats);
  // Whoever does not wait for it does not want to know.
  ready.catch(() => {});
  const tellAll = (message: ToGateway) => {
    for (const seat of seats) seat.send(message);
  };
  return {
    ready,
    endpointUp(endpoint) {
      endpoints.set(endpoint.id, endpoint);
      broken.delete(pairOf(endpoint.processGroup, endpoint.applicationGroup));
      tellAll({ type: 'endpoint-up', endpoint });
    },
    endpointDown(id) {
      endpoints.delete(id);
      tellAll({ type: 'endpoint-down', id });
    },
    endpointLeaving(id) {
      endpoints.delete(id);
      tellAll({ type: 'endpoint-leaving', id });
    },
    groupBroken(processGroup, applicationGroup, reason) {
      const message = { type: 'group-broken' as const, processGroup, applicationGroup, reason };
      broken.set(pairOf(processGroup, applicationGroup), message);
      tellAll(message);
    },
    async stop(seconds) {
      await Promise.all(seats.map((seat) => seat.stop(seconds)));
    },
    killNow() {
      for (const seat of seats) seat.killNow();
    },
  };
}

async function allStarted(seats: readonly Seat[]): Promise<void> {
  try {
    await Promise.all(seats.map((seat) => seat.started));
  } catch (error) {
    for (const seat of seats) seat.killNow();
    await Promise.all(seats.map((seat) => seat.stop(0)));
    throw error;
  }
}

interface Seat {
  /** Rejects when the first process of this seat ends before it is ready. */
  readonly started: Promise<void>;
  send(message: ToGateway): void;
  stop(seconds: number): Promise<void>;
  killNow(): void;
}

/** The place of one gateway process; the next one takes it when one dies. */
function createSeat(options: GatewaysOptions, gateway: number, known: () => ToGateway[]): Seat {
  const { plan, version, command, emit } = options;
  const started = deferred();
  const gone = deferred();
  let child: GatewayProcess | undefined;
  let files: ProcessFiles | undefined;
  let since = 0;
  let failures = noFailures;
  /** Whether this seat has ever had a process that was ready. */
  let hadReady = false;
  let ready = false;
  let stopping = false;
  let failure: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    since = performance.now();
    ready = false;
    files = createFiles();
    const full: GatewayCommand = files
      ? { ...command, runtime: [files.listening.fd, files.journalFd] }
      : command;
    child = (options.spawn ?? startGatewayProcess)(full, hear, exited);
    const { runtime, ...fds } = inheritedNumbers(full);
    child.send({
      type: 'plan',
      plan,
      gateway,
      version,
      ...fds,
      ...(files && { runtime: runtimeFiles(files, runtime) }),
    });
    files?.closeFds();
    for (const message of known()) child.send(message);
  }

  /** Without them the gateway serves all but embedded mode. */
  function createFiles(): ProcessFiles | undefined {
    if (!plan.embedded || plan.embedded.broken) return undefined;
    try {
      return options.createFiles?.(nextFiles++);
    } catch (error) {
      const message = `embedded mode cannot be started: ${(error as Error).message}`;
      emit({ type: 'group-broken', processGroup: '', code: 'daemon-unusable', message });
      return undefined;
    }
  }

  function hear(message: FromGateway): void {
    switch (message.type) {
      case 'ready':
        ready = hadReady = true;
        emit({ type: 'gateway-up', gateway, pid: child?.pid ?? 0 });
        started.resolve();
        return;
      case 'failed':
        failure = message.message;
        child?.kill();
        return;
      case 'want':
        options.want(message.processGroup, message.applicationGroup);
        return;
      case 'overdue':
        options.overdue(message.endpoint);
        return;
      case 'event':
        emit(message.event);
        return;
      case 'drained':
        child?.kill();
    }
  }

  function exited({ code, signal, lastLines }: GatewayExit): void {
    const pid = child?.pid ?? 0;
    child = undefined;
    files?.remove();
    files = undefined;
    if (stopping) {
      clearTimeout(timer);
      gone.resolve();
      return;
    }
    const byChance = signal !== null && failure === undefined && failures.deaths < mostEarlyEnds;
    if (!hadReady && !byChance) {
      const why = failure ?? [`a gateway process ended at its start`, ...lastLines].join('\n');
      stopping = true;
      started.reject(new Error(why));
      gone.resolve();
      return;
    }
    emit({ type: 'gateway-died', gateway, pid, code, signal, lastLines });
    // Clients keep every gateway busy that is ready.
    failures = afterDeath(failures, ready ? 'used' : 'unready', performance.now() - since);
    timer = setTimeout(start, delayAfter(failures, gateway / plan.gateways.count));
  }

  start();
  return {
    started: started.promise,
    send: (message) => child?.send(message),
    async stop(seconds) {
      stopping = true;
      clearTimeout(timer);
      if (!child) return;
      child.send({ type: 'drain', seconds });
      const forPython = plan.embedded?.timeouts.shutdown ?? 0;
      timer = setTimeout(() => child?.kill(), (seconds + forPython) * 1000 + drainMargin);
      await gone.promise;
    },
    killNow: () => child?.kill(),
  };
}

function runtimeFiles(
  { socket, journal, secret }: ProcessFiles,
  [listenFd, journalFd]: readonly [number, number],
): RuntimeFiles {
  return { socket, journal, secret, listenFd, journalFd };
}

function pairOf(processGroup: string, applicationGroup: string): string {
  return JSON.stringify([processGroup, applicationGroup]);
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
