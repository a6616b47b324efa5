import type { NamedScripts } from '../plan/named-scripts.js';
import type { ProcessGroupPlan } from '../plan/plan.js';
import { type Boot, Control, encodeControl, type Loaded } from '../protocol/control.js';
import { protocolVersion } from '../protocol/frames.js';
import type { Dialect } from '../protocol/marshal.js';

export interface BootDetails {
  readonly applicationGroup: string;
  readonly gatewayUid: number;
  readonly secret: string;
  /** What the configuration gives to the group. */
  readonly scripts: NamedScripts;
  /** What the process had imported whose place this one takes: then nobody waits for it twice. */
  readonly loaded?: readonly Loaded[];
  readonly embedded?: Pick<Boot, 'embedded' | 'listen_fd' | 'journal_fd'>;
}

/** What a daemon of this process group is told first, or the runtime in a gateway (`embedded`). */
export function bootMessage(
  group: ProcessGroupPlan,
  { applicationGroup, gatewayUid, secret, scripts, loaded = [], embedded = {} }: BootDetails,
): Buffer {
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
    preload: withLoaded(
      group.preload
        .filter(
          (item) =>
            group.isolation === 'interpreters' || item.applicationGroup === applicationGroup,
        )
        .map((item) => ({ script: item.script, application_group: item.applicationGroup })),
      loaded,
    ),
    ...(loaded.length > 0 ? { await_interpreters: true } : {}),
    ...embedded,
  };
  return encodeControl(Control.Boot, boot, dialectOf(group));
}

function withLoaded(preload: readonly Loaded[], loaded: readonly Loaded[]): Loaded[] {
  const key = (item: Loaded) => JSON.stringify([item.script, item.application_group]);
  return [...new Map([...preload, ...loaded].map((item) => [key(item), item])).values()];
}

export function dialectOf(group: ProcessGroupPlan): Dialect {
  return group.python.version?.startsWith('2.') ? 2 : 3;
}
