import type { ProcessGroupPlan } from '../plan/plan.js';
import { type Boot, Control, encodeControl } from '../protocol/control.js';
import { protocolVersion } from '../protocol/frames.js';
import type { Dialect } from '../protocol/marshal.js';

/** What a daemon of this process group is told first, or the runtime in a gateway (`embedded`). */
export function bootMessage(
  group: ProcessGroupPlan,
  applicationGroup: string,
  gatewayUid: number,
  embedded: Pick<Boot, 'embedded' | 'listen_fd' | 'journal_fd'> = {},
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
    maximum_requests: group.maximumRequests,
    graceful_timeout: group.timeouts.graceful,
    shutdown_timeout: group.timeouts.shutdown,
    preload: group.preload
      .filter(
        (item) => group.isolation === 'interpreters' || item.applicationGroup === applicationGroup,
      )
      .map((item) => ({ script: item.script, application_group: item.applicationGroup })),
    ...embedded,
  };
  return encodeControl(Control.Boot, boot, dialectOf(group));
}

export function dialectOf(group: ProcessGroupPlan): Dialect {
  return group.python.version?.startsWith('2.') ? 2 : 3;
}
