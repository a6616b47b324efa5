import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Event, EventOf } from '../../../../src/base/events.js';
import type { DiskLimits } from '../../../../src/gateway/disk-allowance.js';
import { createGateway, type Gateway } from '../../../../src/gateway/gateway.js';
import type { Endpoint, HostPlan, ProcessGroupPlan } from '../../../../src/plan/plan.js';
import { type FakeApplication, FakeRuntime } from './fake-runtime.js';
import { groupPlan, hostPlan, mountPlan, planOf } from './plans.js';
import { RawClient, type RawResponse } from './raw-client.js';

export interface Running {
  readonly folder: string;
  readonly script: string;
  readonly gateway: Gateway;
  readonly port: number;
  readonly events: Event[];
  readonly wanted: string[];
  readonly lines: string[];
  /** A process that is announced to the gateway. */
  runtime(application: FakeApplication, about?: Partial<Endpoint>): Promise<FakeRuntime>;
  client(): RawClient;
  /** Sends bytes on a new connection and reads one response. */
  ask(text: string, head?: boolean): Promise<RawResponse>;
  /** Resolves with the first event of a type. */
  event<T extends Event['type']>(type: T): Promise<EventOf<T>>;
}

export interface RunOptions {
  readonly host?: Partial<HostPlan>;
  readonly group?: Partial<ProcessGroupPlan>;
  readonly hosts?: (folder: string) => readonly HostPlan[];
  readonly groups?: readonly ProcessGroupPlan[];
  readonly headTimeout?: number;
  readonly diskLimits?: DiskLimits;
  /** How many gateways there are, of which one runs. */
  readonly gateways?: number;
  readonly maxConnections?: number;
}

/** A gateway with one script at `/`, in a folder of its own. Everything ends with the test. */
export async function run(t: TestContext, options: RunOptions = {}): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  const script = join(folder, 'app.wsgi');
  await writeFile(script, '');
  const events: Event[] = [];
  const watchers = new Set<(event: Event) => void>();
  const wanted: string[] = [];
  const lines: string[] = [];
  const hosts = options.hosts?.(folder) ?? [
    hostPlan({ mounts: [mountPlan('/', script)], ...options.host }),
  ];
  const gateway = createGateway({
    plan: {
      ...planOf(hosts, options.groups ?? [groupPlan(options.group)]),
      gateways: { count: options.gateways ?? 1 },
    },
    number: 0,
    version: '0.0.0',
    emit: (event) => {
      events.push(event);
      for (const watch of watchers) watch(event);
    },
    want: (processGroup, applicationGroup) => wanted.push(`${processGroup}/${applicationGroup}`),
    unwant: (processGroup, applicationGroup) =>
      wanted.push(`not ${processGroup}/${applicationGroup}`),
    overdue: (endpoint) => wanted.push(`overdue ${endpoint}`),
    unreachable: (endpoint) => wanted.push(`unreachable ${endpoint}`),
    accessLogs: [(line) => lines.push(line)],
    ...(options.diskLimits !== undefined && { diskLimits: options.diskLimits }),
    ...(options.headTimeout !== undefined && { headTimeout: options.headTimeout }),
    ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
  });
  const [address] = await gateway.listen([{ port: 0, address: '127.0.0.1' }]);
  const port = address?.port ?? 0;
  const runtimes: FakeRuntime[] = [];
  const clients: RawClient[] = [];
  t.after(async () => {
    for (const client of clients) client.destroy();
    await gateway.close();
    for (const runtime of runtimes) runtime.close();
    await rm(folder, { recursive: true, force: true });
  });
  const client = () => {
    const made = new RawClient(port);
    clients.push(made);
    return made;
  };
  return {
    folder,
    script,
    gateway,
    port,
    events,
    wanted,
    lines,
    client,
    async runtime(application, about = {}) {
      const made = await FakeRuntime.start(
        folder,
        { id: runtimes.length + 1, ...about },
        application,
      );
      runtimes.push(made);
      gateway.endpointUp(made.endpoint);
      return made;
    },
    ask: (text, head) => client().send(text).response(head),
    event<T extends Event['type']>(type: T) {
      const is = (event: Event): event is EventOf<T> => event.type === type;
      const past = events.find(is);
      if (past) return Promise.resolve(past);
      return new Promise<EventOf<T>>((resolve) => {
        const watch = (event: Event) => {
          if (!is(event)) return;
          watchers.delete(watch);
          resolve(event);
        };
        watchers.add(watch);
      });
    },
  };
}

export function get(path: string, ...headers: string[]): string {
  return `GET ${path} HTTP/1.1\r\nHost: example.com\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;
}

/** Until the end of a test the gateway can make no files: their folder is not there. */
export function allowNoFiles(t: TestContext): void {
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = '/nowhere/at/all';
  t.after(() => {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
  });
}
