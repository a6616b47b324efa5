import type {
  HostPlan,
  MountPlan,
  Plan,
  ProcessGroupPlan,
  RequestSettings,
} from '../../../../src/plan/plan.js';

export const settings: RequestSettings = {
  processGroup: { kind: 'literal', name: 'site' },
  applicationGroup: { kind: 'literal', name: '' },
  callable: { kind: 'literal', name: 'application' },
  passAuthorization: false,
  chunkedRequest: false,
  scriptReloading: true,
  scriptExtensions: ['.wsgi', '.py'],
  limitRequestBody: 0,
  access: { kind: 'granted' },
  environment: [],
  directoryIndex: ['index.html'],
  directorySlash: true,
  followSymLinks: 'always',
  acceptPathInfo: 'default',
  canonicalName: false,
  canonicalPhysicalPort: false,
};

export function hostPlan(about: Partial<HostPlan> = {}): HostPlan {
  return {
    id: 0,
    name: 'example.com',
    aliases: [],
    admin: 'admin@example.com',
    logLevel: 'warn',
    accessLogs: [],
    timeout: 60,
    keepAliveTimeout: 5,
    maxKeepAliveRequests: 100,
    limits: { line: 8190, fields: 100, fieldSize: 8190 },
    slashes: { encoded: 'refuse', merge: true },
    files: [],
    mounts: [],
    settings,
    sections: [],
    ...about,
  };
}

export function mountPlan(
  prefix: string,
  target: string,
  about: Partial<MountPlan> = {},
): MountPlan {
  return {
    url: { kind: 'prefix', prefix },
    target,
    folder: target.endsWith('/'),
    override: {},
    ...about,
  };
}

export function groupPlan(about: Partial<ProcessGroupPlan> = {}): ProcessGroupPlan {
  const { timeouts, ...rest } = about;
  return {
    name: 'site',
    processes: 1,
    threads: 4,
    isolation: 'processes',
    multiprocess: false,
    python: { executable: '/usr/bin/python3' },
    pythonPath: [],
    directoryStated: false,
    environment: {},
    timeouts: {
      startup: 0,
      request: 0,
      queue: 0,
      graceful: 15,
      shutdown: 5,
      connect: 15,
      ...timeouts,
    },
    maximumRequests: 0,
    queueLimit: 100,
    preload: [],
    ...rest,
  };
}

export function planOf(
  hosts: readonly HostPlan[],
  groups: readonly ProcessGroupPlan[] = [groupPlan()],
): Plan {
  return {
    serverRoot: '/',
    socketPrefix: '/run/venvhost',
    gateways: { count: 1 },
    listeners: [],
    hosts,
    processGroups: groups,
    logs: [],
    logLevel: 'warn',
  };
}
