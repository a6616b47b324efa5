import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Emit } from '../base/events.js';
import { openFileLimit } from '../base/open-file-limit.js';
import type { Endpoint, HostPlan, Plan } from '../plan/plan.js';
import { compileAccessLogs, type WriteLine } from './access-log.js';
import { createAllowance } from './allowance.js';
import { DiskAllowance, type DiskLimits, diskLimits } from './disk-allowance.js';
import { Handler } from './handle.js';
import { HeldAnswers } from './held-answers.js';
import type { ConnectionRules } from './http/connection.js';
import { Front, type ListenTarget } from './http/front.js';
import { mostUnfinished } from './http/unfinished-heads.js';
import { unparsed } from './http/unparsed.js';
import { limitRepeats } from './repeats.js';
import { tellRejected } from './request-events.js';
import { createClientNames } from './routing/client-names.js';
import { createFiles } from './routing/files.js';
import { createSite } from './routing/site.js';
import { createSites, literalNames } from './routing/sites.js';
import { noVariables } from './routing/variables.js';
import { createPools } from './runtimes/pools.js';
import type { Services } from './services.js';

export interface GatewayOptions {
  readonly plan: Plan;
  /** Number of this gateway; in Hello and in request ids. */
  readonly number: number;
  /** Of the product, for SERVER_SOFTWARE. */
  readonly version: string;
  readonly emit: Emit;
  /** Told when a request waits for a pair that has no process; at most once a second for each. */
  readonly want: (processGroup: string, applicationGroup: string) => void;
  /** Told when processes that only invented names needed are not needed any more. */
  readonly unwant: (processGroup: string, applicationGroup: string) => void;
  /** Told when a request in the process of this endpoint ran longer than request-timeout. */
  readonly overdue: (endpoint: number) => void;
  /** Told while no connection to the process of this endpoint can be made; every few seconds. */
  readonly unreachable: (endpoint: number) => void;
  /** Writers of lines by the indexes of `Plan.logs`. */
  readonly accessLogs: readonly WriteLine[];
  readonly maxConnections?: number;
  /** What answers for slow clients may take of the disk. */
  readonly diskLimits?: DiskLimits;
  /** Seconds a client has for a request head. */
  readonly headTimeout?: number;
}

/** Takes HTTP and talks to runtimes: all of a gateway process but its entry. */
export interface Gateway {
  /** Resolves with the addresses when all listen. @throws the error of the first that cannot. */
  listen(targets: readonly ListenTarget[]): Promise<AddressInfo[]>;
  endpointUp(endpoint: Endpoint): void;
  /** Nothing new goes there. What it had is lost when its connection closes, after `died` within a second. */
  endpointDown(id: number, reason?: 'stopping' | 'died'): void;
  /** Requests get 503 until an endpoint of the pair comes up. */
  groupBroken(processGroup: string, applicationGroup: string, reason: string): void;
  /** Accepts nothing new; resolves when the last answer is complete. */
  drain(): Promise<void>;
  /** Requests that are being answered, the oldest first. Seconds. */
  running(): { target: string; seconds: number }[];
  /** Ends everything at once. */
  close(): Promise<void>;
}

const tickMilliseconds = 100;
/** Enough for ten thousand that are idle. */
const defaultConnections = 16_384;
/** Open files that belong to no client: listeners, logs, processes of applications; and answers that wait on disk. */
const spareFiles = 256 + diskLimits.files;
const fewestFiles = 512;
/** Bytes of a request head that are parsed at all, whatever the limits say. */
const mostHead = 4 * 1024 * 1024;

export function createGateway(options: GatewayOptions): Gateway {
  const { plan } = options;
  const repeats = limitRepeats(options.emit);
  const { emit } = repeats;
  const files = createFiles();
  const clock = createClock();
  const processGroups = plan.embedded ? [...plan.processGroups, plan.embedded] : plan.processGroups;
  const groups = new Map(processGroups.map((group) => [group.name, group]));
  const pools = createPools({
    groups,
    gateway: options.number,
    gateways: plan.gateways.count,
    emit,
    literalNames: literalNames(plan.hosts).size,
    want: options.want,
    unwant: options.unwant,
    overdue: options.overdue,
    unreachable: options.unreachable,
  });
  const sites = createSites(
    plan.hosts,
    plan.hosts.map((host) => createSite(host, files)),
  );
  const services: Services = {
    emit,
    facts: { software: `venvhost/${options.version}`, pid: process.pid, groups },
    wallClock: clock.now,
    allowance: createAllowance(() => front.unsent()),
    disk: new DiskAllowance(options.diskLimits),
    held: new HeldAnswers(emit),
    nextRequestId: createIds(options.number),
    logAccess: createAccessLog(plan.hosts, options.accessLogs, clock.now),
  };
  const handler = new Handler({ services, sites, pools, clientNames: createClientNames() });
  const front = new Front({
    name: `${options.number.toString(36)}-`,
    rules: (address, port) => rulesOf(sites.first(address, port).host),
    maxConnections: options.maxConnections ?? mostConnections(),
    maxHead: headLimit(plan.hosts),
    ...(options.headTimeout === undefined ? {} : { headTimeout: options.headTimeout }),
    handle: (exchange) => handler.handle(exchange),
    rejected({ peer, status, reason }) {
      const { host } = sites.first(peer.localAddress, peer.localPort);
      const request = services.nextRequestId();
      tellRejected(emit, { host, peer, request }, status, reason);
      const record = { requestId: request, path: '-', query: '', variables: noVariables };
      services.logAccess(unparsed(peer, status, clock.now()), host, record);
    },
    wallClock: clock.now,
  });
  const timer = startTicking((now, second) => {
    pools.tick(now);
    services.held.tick(now);
    if (!second) return;
    repeats.tick();
    const count = front.tick(now);
    if (count > 0) emit({ type: 'heads-dropped', count, bytes: mostUnfinished });
    files.forget();
    clock.adjust();
  });

  return {
    listen: (targets) => front.listen(targets),
    endpointUp: (endpoint) => pools.endpointUp(endpoint),
    endpointDown: (id, reason = 'stopping') => pools.endpointDown(id, reason === 'died'),
    groupBroken: (processGroup, applicationGroup, reason) =>
      pools.groupBroken(processGroup, applicationGroup, reason),
    drain: () => front.drain().finally(repeats.tick),
    running() {
      const now = clock.now();
      return front
        .running()
        .map(({ target, startedAt }) => ({ target, seconds: now - startedAt }))
        .sort((one, other) => other.seconds - one.seconds);
    },
    async close() {
      clearInterval(timer);
      pools.close();
      await front.close();
      repeats.tick();
    },
  };
}

function rulesOf(host: HostPlan): ConnectionRules {
  const { limits, timeout, keepAliveTimeout, maxKeepAliveRequests } = host;
  return { limits, timeout, keepAliveTimeout, maxKeepAliveRequests };
}

function headLimit(hosts: readonly HostPlan[]): number {
  // What the limits let through, with the line ends, reaches the check that knows them; 0 is no limit.
  const wanted = hosts.map(({ limits: { line, fields, fieldSize } }) =>
    line * fields * fieldSize === 0 ? mostHead : line + 2 + fields * (fieldSize + 2) + 2,
  );
  return Math.min(mostHead, Math.max(16 * 1024, ...wanted));
}

/** One in two may need a second file, for its request body or the static file that it gets; most are idle. */
function mostConnections(): number {
  return Math.min(
    defaultConnections,
    Math.floor((Math.max(fewestFiles, openFileLimit()) - spareFiles) / 1.5),
  );
}

/** Ids that no other gateway and no later start makes again. */
function createIds(gateway: number): () => string {
  const prefix = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}-${gateway.toString(36)}-`;
  let count = 0;
  return () => prefix + (++count).toString(36);
}

function createAccessLog(
  hosts: readonly HostPlan[],
  outputs: readonly WriteLine[],
  now: () => number,
): Services['logAccess'] {
  const logs = new Map(
    hosts.flatMap((host) =>
      host.accessLogs.length === 0
        ? []
        : [[host, compileAccessLogs(host.accessLogs, outputs)] as const],
    ),
  );
  return (exchange, host, record) => {
    const write = logs.get(host);
    if (write) write({ exchange, host, record, endedAt: now() });
  };
}

/** Seconds since the epoch with microseconds, at the price of a monotonic clock. */
function createClock(): { now: Services['wallClock']; adjust: () => void } {
  let offset = Date.now() - performance.now();
  return {
    now: (moment = performance.now()) => (offset + moment) / 1000,
    adjust() {
      const measured = Date.now() - performance.now();
      // Less is the resolution of Date, more is a clock that was set.
      if (Math.abs(measured - offset) > 2) offset = measured;
    },
  };
}

function startTicking(tick: (now: number, second: boolean) => void): NodeJS.Timeout {
  let secondAt = performance.now();
  return setInterval(() => {
    const now = performance.now();
    const second = now - secondAt >= 1000;
    if (second) secondAt = now;
    tick(now, second);
  }, tickMilliseconds);
}
