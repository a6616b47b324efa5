import type { Endpoint, HostPlan } from '../../plan/plan.js';
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
  /** Whether the client had a say in the name of the application group. */
  readonly dynamic: boolean;
  readonly host: HostPlan;
}

export interface PoolsOptions extends Omit<PoolOptions, 'group' | 'applicationGroup'> {
  readonly groups: ReadonlyMap<string, PoolOptions['group']>;
}

/** Application groups that requests can bring into being, in each process group. */
export const mostDynamic = 64;

export function createPools(options: PoolsOptions): Pools {
  /** By process group, then by application group where each has processes of its own. */
  const groups = new Map<string, Map<string, Pool>>();
  const endpoints = new Map<number, Pool>();
  /** Application groups that requests brought into being, by process group. */
  const dynamics = new Map<string, Set<string>>();

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
      pool = new Pool({ ...options, group, applicationGroup });
      pools.set(applicationGroup, pool);
    }
    return pool;
  }

  function dynamicsOf(processGroup: string): Set<string> {
    let names = dynamics.get(processGroup);
    if (!names) {
      names = new Set();
      dynamics.set(processGroup, names);
    }
    return names;
  }

  /** Names that nobody uses make room for new ones. */
  function hasRoom(processGroup: string): boolean {
    const names = dynamicsOf(processGroup);
    if (names.size < mostDynamic) return true;
    const pools = poolsOf(processGroup);
    for (const name of names) {
      // A sub-interpreter stays as long as its process.
      const pool = pools.get(name);
      if (!pool?.unused) continue;
      names.delete(name);
      pools.delete(name);
    }
    return names.size < mostDynamic;
  }

  return {
    find({ processGroup, applicationGroup, dynamic, host }) {
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
      const isNew = dynamic && !dynamicsOf(processGroup).has(applicationGroup);
      if (isNew && !hasRoom(processGroup))
        return refused(
          503,
          `process group ${JSON.stringify(processGroup)} has ${mostDynamic} application groups`,
        );
      if (isNew) dynamicsOf(processGroup).add(applicationGroup);
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
      for (const pools of groups.values()) for (const pool of pools.values()) pool.tick(now);
    },
    close() {
      for (const pools of groups.values()) for (const pool of pools.values()) pool.close();
    },
  };
}

function refused(status: 500 | 503, reason: string) {
  return { status, reason };
}
