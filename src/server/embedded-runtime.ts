import { constants, openSync } from 'node:fs';
import type { Emit } from '../base/events.js';
import { O_PATH } from '../base/place.js';
import { type Embedded, startEmbedded } from '../embed/embedded.js';
import type { NamedScripts } from '../plan/named-scripts.js';
import type { EmbeddedPlan, Endpoint } from '../plan/plan.js';
import type { ControlNews } from '../protocol/control-news.js';
import { bootMessage, dialectOf } from '../supervisor/boot-message.js';
import { outputEvent } from '../supervisor/daemon-events.js';
import type { RuntimeFiles } from './link.js';
import { runtimeFolder } from './package-files.js';

export interface EmbeddedRuntimeOptions {
  readonly plan: EmbeddedPlan;
  readonly files: RuntimeFiles;
  /** What may run in it. */
  readonly scripts: NamedScripts;
  /** Of the gateway. */
  readonly number: number;
  readonly emit: Emit;
  readonly up: (endpoint: Endpoint) => void;
  /** The gateway is of no use any more. */
  readonly failed: (message: string) => void;
}

/** No process of a group has this number. */
const endpointId = -1;

/**
 * Starts embedded mode in this gateway process, which becomes an endpoint of its own.
 *
 * @throws Error when Python cannot be loaded
 */
export async function startEmbeddedRuntime(options: EmbeddedRuntimeOptions): Promise<Embedded> {
  const { plan, files, number, emit } = options;
  const { pid } = process;
  const who = { processGroup: '', applicationGroup: '', pid };
  const dialect = dialectOf(plan);
  const startedAt = performance.now();
  const { socket, journal } = holdFiles(files);

  function hear(news: ControlNews): void {
    switch (news.type) {
      case 'ready': {
        const { version, prefix } = news.ready;
        const milliseconds = Math.round(performance.now() - startedAt);
        emit({ type: 'embedded-ready', gateway: number, pid, version, prefix, milliseconds });
        const { secret } = files;
        const { threads } = plan;
        options.up({ id: endpointId, ...who, socket, journal, secret, threads, dialect });
        return;
      }
      case 'log':
      case 'message':
        emit(outputEvent(news, who));
        return;
      case 'boot-failed':
        options.failed(news.failed.text);
        return;
      case 'leaving':
      case 'loaded':
      case 'outdated':
    }
  }

  if (plan.library === undefined) throw new Error('embedded mode has no Python library');
  return await startEmbedded({
    library: plan.library,
    program: plan.python.executable,
    runtimeFolder,
    boot: bootMessage(plan, {
      applicationGroup: '',
      gatewayUid: process.getuid?.() ?? 0,
      secret: files.secret,
      scripts: options.scripts,
      embedded: { embedded: true, listen_fd: files.listenFd, journal_fd: files.journalFd },
    }),
    dialect,
    tell: hear,
    ended: () => options.failed('the embedded Python ended'),
  });
}

/**
 * Paths that lead to the files themselves: this process finds them also when somebody removes the folder, and need
 * not be replaced for that. Only Linux has such paths.
 */
function holdFiles({ socket, journal, journalFd }: RuntimeFiles): {
  readonly socket: string;
  readonly journal: string;
} {
  if (process.platform !== 'linux') return { socket, journal };
  // Never closed. It cannot be read, only found.
  const fd = openSync(socket, O_PATH | constants.O_NOFOLLOW);
  return { socket: `/proc/self/fd/${fd}`, journal: `/proc/self/fd/${journalFd}` };
}
