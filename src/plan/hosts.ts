import type { Span } from '../base/span.js';
import type {
  Config,
  HostSettings,
  LogLevel as StatedLevel,
  VirtualHost,
} from '../config/config.js';
import type { Facts } from './facts.js';
import { takesAllRequests } from './listeners.js';
import { type PlannedAlias, type PlannedMount, planAliases, planMounts } from './mounts.js';
import type { HostPlan, LogLevel } from './plan.js';
import { type PlannedSection, planSections } from './sections.js';
import { defaultSettings, mergeSettings, requestSettings } from './settings.js';

/** A host of the plan before its logs and addresses, with what was stated, for messages. */
export interface PlannedHost {
  readonly at?: Span;
  readonly plan: Omit<HostPlan, 'addresses' | 'errorLog' | 'accessLogs'>;
  readonly stated: HostSettings;
  readonly files: readonly PlannedAlias[];
  readonly mounts: readonly PlannedMount[];
  readonly sections: readonly PlannedSection[];
  /** Whether requests can come to it: virtual hosts may take all of them from the main server. */
  readonly reached: boolean;
  /** Where the process group of the server scope was stated. */
  readonly processGroupAt?: Span;
}

export type HostFacts = Pick<Facts, 'paths' | 'environment' | 'hostName'>;

/** The main server, then the virtual hosts in order; what a virtual host leaves out comes from the main server. */
export function planHosts(config: Config, facts: HostFacts): PlannedHost[] {
  return [config.main, ...config.virtualHosts].map((stated, id) =>
    planHost(config, { stated, id }, facts),
  );
}

function planHost(
  config: Config,
  { stated, id }: { stated: HostSettings | VirtualHost; id: number },
  facts: HostFacts,
): PlannedHost {
  const { main } = config;
  const inherits = id > 0;
  const pick = <K extends keyof HostSettings>(key: K): HostSettings[K] => stated[key] ?? main[key];
  const files = planAliases(stated, inherits ? main : undefined, facts);
  const mounts = planMounts(stated, inherits ? main : undefined, facts);
  const sections = planSections(inherits ? main.sections : [], stated.sections, facts.environment);
  const settings = [main, ...(inherits ? [stated] : [])].map((scope) =>
    requestSettings(scope.settings, facts.environment),
  );
  const documentRoot = pick('documentRoot')?.value;
  const own = stated.serverName?.value;
  const name = own?.host ?? main.serverName?.value.host ?? facts.hostName;
  const processGroupAt = (stated.settings.processGroup ?? main.settings.processGroup)?.at;
  return {
    ...('at' in stated && { at: stated.at }),
    stated,
    files,
    mounts,
    sections,
    reached: id > 0 || !virtualHostsTakeAll(config),
    ...(processGroupAt && { processGroupAt }),
    plan: {
      id,
      name,
      ...(own?.port !== undefined && { port: own.port }),
      ...(own?.scheme && { scheme: own.scheme }),
      aliases: stated.serverAliases.map(({ value }) => value.toLowerCase()),
      admin: pick('serverAdmin')?.value ?? '[no address given]',
      ...(documentRoot !== undefined && { documentRoot }),
      logLevel: logLevel(pick('logLevel')?.value),
      ...connectionLimits(pick),
      slashes: {
        encoded: pick('encodedSlashes')?.value ?? 'refuse',
        merge: pick('mergeSlashes')?.value ?? true,
      },
      files: files.map(({ plan }) => plan),
      mounts: mounts.map(({ plan }) => plan),
      settings: mergeSettings(defaultSettings, ...settings),
      sections: sections.map(({ plan }) => plan),
    },
  };
}

/** `the main server`, or `host NAME`. */
export function hostTitle({ id, name }: { readonly id: number; readonly name: string }): string {
  return id === 0 ? 'the main server' : `host ${name}`;
}

function virtualHostsTakeAll({ global, virtualHosts }: Config): boolean {
  return takesAllRequests(
    global.listen.map(({ value }) => value),
    virtualHosts.flatMap(({ addresses }) => addresses.map(({ value }) => value)),
  );
}

/** Defaults of Apache 2.4. */
function connectionLimits(pick: <K extends keyof HostSettings>(key: K) => HostSettings[K]) {
  const keepAlive = pick('keepAlive')?.value ?? true;
  return {
    timeout: pick('timeout')?.value ?? 60,
    keepAliveTimeout: keepAlive ? (pick('keepAliveTimeout')?.value ?? 5) : 0,
    maxKeepAliveRequests: pick('maxKeepAliveRequests')?.value ?? 100,
    limits: {
      line: pick('limitRequestLine')?.value ?? 8190,
      fields: pick('limitRequestFields')?.value ?? 100,
      fieldSize: pick('limitRequestFieldSize')?.value ?? 8190,
    },
  };
}

/** Unstated is `info`, one step more than Apache: the lines of starting and stopping belong to it. */
export function logLevel(stated: StatedLevel | undefined): LogLevel {
  switch (stated) {
    case undefined:
    case 'notice':
      return 'info';
    case 'emerg':
    case 'alert':
    case 'crit':
      return 'error';
    default:
      return stated;
  }
}
