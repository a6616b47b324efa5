import type { NamedScripts } from '../plan/named-scripts.js';
import type { ProcessGroupPlan } from '../plan/plan.js';
import {
  type Boot,
  Control,
  encodeControl,
  type Loaded,
  scriptKey,
  type Trial,
} from '../protocol/control.js';
import { protocolVersion } from '../protocol/frames.js';
import type { Dialect } from '../protocol/marshal.js';
import type { Imports } from './incarnation.js';

export interface BootDetails {
  readonly applicationGroup: string;
  readonly gatewayUid: number;
  readonly secret: string;
  /** What the configuration gives to the group. */
  readonly scripts: NamedScripts;
  /** What the process had imported whose place this one takes, and more: then nobody waits for it twice. */
  readonly imports?: Imports;
  readonly embedded?: Pick<Boot, 'embedded' | 'listen_fd' | 'journal_fd'>;
}

/** What a daemon of this process group is told first, or the runtime in a gateway (`embedded`). */
export function bootMessage(
  group: ProcessGroupPlan,
  {
    applicationGroup,
    gatewayUid,
    secret,
    scripts,
    imports = noImports,
    embedded = {},
  }: BootDetails,
): Buffer {
  const trial = imports.trial && trialOf(imports.trial);
  const boot: Boot = {
    version: protocolVersion,
    process_group: group.name,
    application_group: applicationGroup,
    sub_interpreters: group.isolation === 'interpreters',
    threads: group.threads,
    processes: group.processes,
    multiprocess: group.multiprocess,
    python_path: group.pythonPath,
    directory: group.directory ?? null,
    directory_on_path: group.directoryStated,
    umask: group.umask ?? null,
    display_name: group.displayName ?? null,
    uid: group.identity?.uid ?? null,
    gid: group.identity?.gid ?? null,
    gateway_uid: gatewayUid,
    secret,
    ...scripts,
    maximum_requests: group.maximumRequests,
    graceful_timeout: group.timeouts.graceful,
    shutdown_timeout: group.timeouts.shutdown,
    preload: preloadOf(group, applicationGroup, imports),
    ...(imports.loaded.length > 0 || trial ? { await_interpreters: true } : {}),
    failed: imports.failed,
    ...(trial && { trial }),
    ...embedded,
  };
  return encodeControl(Control.Boot, boot, dialectOf(group));
}

/** What is on trial comes first: the rest need not be imported if it fails. */
function preloadOf(
  group: ProcessGroupPlan,
  applicationGroup: string,
  { loaded, trial }: Imports,
): Loaded[] {
  const configured = group.preload
    .filter(
      (item) => group.isolation === 'interpreters' || item.applicationGroup === applicationGroup,
    )
    .map((item) => ({ script: item.script, application_group: item.applicationGroup }));
  const key = (item: Loaded) => scriptKey(item.script, item.application_group);
  const all = new Map([...configured, ...loaded.map(which)].map((item) => [key(item), item]));
  if (!trial) return [...all.values()];
  all.delete(key(trial));
  return [trialOf(trial), ...all.values()];
}

function trialOf({ script, application_group, invented }: Trial): Trial {
  return { script, application_group, invented };
}

function which({ script, application_group }: Loaded): Loaded {
  return { script, application_group };
}

const noImports: Imports = { loaded: [], failed: [] };

export function dialectOf(group: ProcessGroupPlan): Dialect {
  return group.python.version?.startsWith('2.') ? 2 : 3;
}
