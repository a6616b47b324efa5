import type { Endpoint, HostPlan } from '../../plan/plan.js';
import { InventedGroups, roomForInvented } from './invented-groups.js';
import { Pool, type PoolOptions } from './pool.js';

export interface Pools {
  /** The pool for a request, or why there is none. */
  find(wanted: WantedPool): Pool | { readonly status: 500 | 503; readonly reason: string };
  endpointUp(endpoint: Endpoint): void;
  endpointDown(id: number, dead: boolean): void;
  /** Holds until an endpoint of the pair comes up. */
  groupBroken(processGroup: string, applicationGroup: string, reason: string): void;
  tick(now: number): void;
  close(): void;
}

export interface WantedPool {
  readonly processGroup: string;
  readonly applicationGroup: string;
  /** Whether the client has made the name of the application group up. */
  readonly invented: boolean;
  readonly host: HostPlan;
}

export interface PoolsOptions
  extends Omit<PoolOptions, 'group' | 'applicationGroup' | 'isInvented'> {
  readonly groups: ReadonlyMap<string, PoolOptions['group']>;
  /** How many names of hosts the configuration has; they always have room. */
  readonly literalNames: number;
}

export function createPools(options: PoolsOptions): Pools {
  /** By process group, then by application group where each has processes of its own. */
  const groups = new Map<string, Map<string, Pool>>();
  const endpoints = new Map<number, Pool>();
  const invented = new Map<string, InventedGroups>();
  const room = roomForInvented(options.literalNames);

  function poolsOf(processGroup: string): Map<string, Pool> {
    let pools = groups.get(processGroup);
    if (!pools) {
      pools = new Map();
      groups.set(processGroup, pools);
    }
    return pools;
  }

  function poolOf(group: PoolOptions['group'], wanted: string): Pool {
    const applicationGroup = group.isolation === 'interpreters' ? '' : wanted;
    const pools = poolsOf(group.name);
    let pool = pools.get(applicationGroup);
    if (!pool) {
      const isInvented = (name: string) => inventedOf(group).has(name);
      pool = new Pool({ ...options, group, applicationGroup, isInvented });
      pools.set(applicationGroup, pool);
    }
    return pool;
  }

  function inventedOf(group: PoolOptions['group']): InventedGroups {
    let names = invented.get(group.name);
    if (!names) {
      names = new InventedGroups({
        room,
        serves: (name) => poolOf(group, name).serves(name),
        end: (name) => end(group, name),
      });
      invented.set(group.name, names);
    }
    return names;
  }

  /** Its interpreters end with their connections, its processes when they are told to. */
  function end(group: PoolOptions['group'], name: string): void {
    const pool = poolOf(group, name);
    pool.disconnect(name);
    if (group.isolation === 'interpreters') return;
    options.unwant(group.name, name);
    // What is still told of its processes finds a new one.
    poolsOf(group.name).delete(name);
  }

  return {
    find({ processGroup, applicationGroup, invented: isInvented, host }) {
      const group = options.groups.get(processGroup);
      if (!group)
        return refused(
          500,
          processGroup === ''
            ? 'it has no process group, and embedded mode is not available'
            : `no process group is called ${JSON.stringify(processGroup)}`,
        );
      if (group.restrictedTo !== undefined && group.restrictedTo !== host.name)
        return refused(
          500,
          `process group ${JSON.stringify(processGroup)} belongs to ${group.restrictedTo}`,
        );
      if (isInvented && !inventedOf(group).use(applicationGroup, performance.now()))
        return refused(
          503,
          `process group ${JSON.stringify(processGroup)} has ${room} application groups with names that only requests have told, and none is idle`,
        );
      return poolOf(group, applicationGroup);
    },
    endpointUp(endpoint) {
      const group = options.groups.get(endpoint.processGroup);
      if (!group) return;
      const pool = poolOf(group, endpoint.applicationGroup);
      endpoints.set(endpoint.id, pool);
      pool.endpointUp(endpoint);
    },
    endpointDown(id, dead) {
      endpoints.get(id)?.endpointDown(id, dead);
      if (dead) endpoints.delete(id);
    },
    groupBroken(processGroup, applicationGroup, reason) {
      const group = options.groups.get(processGroup);
      if (!group) return;
      poolOf(group, applicationGroup).setBroken(reason);
    },
    tick(now) {
      for (const pools of groups.values())
        for (const [name, pool] of pools) {
          pool.tick(now);
          if (pool.unused) pools.delete(name);
        }
      for (const names of invented.values()) names.tick(now);
    },
    close() {
      for (const pools of groups.values()) for (const pool of pools.values()) pool.close();
    },
  };
}

function refused(status: 500 | 503, reason: string) {
  return { status, reason };
}
