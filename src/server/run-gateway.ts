import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Embedded } from '../embed/embedded.js';
import { createGateway, type Gateway } from '../gateway/gateway.js';
import { type Appender, createAppender } from '../observe/appender.js';
import { namedScripts } from '../plan/named-scripts.js';
import { startEmbeddedRuntime } from './embedded-runtime.js';
import type { ToGateway } from './link.js';
import { openMessagePipe } from './message-pipe.js';
import { createOutgoing } from './outgoing.js';

/** Milliseconds that the last lines of access logs may take. */
const flushTime = 500;

/** Running requests that are told by name when the server stops. */
const mostTold = 3;

/** Builds the gateway when the plan comes, and does what the supervisor says. */
export function runGateway(socket: Duplex): void {
  const link = openMessagePipe(socket, (message) => obey(message as ToGateway), endAtOnce);
  const { tell, emit } = createOutgoing(link.send);
  let gateway: Gateway | undefined;
  let number = 0;
  let embedded: Embedded | undefined;
  let logs: readonly Appender[] = [];

  async function start(message: ToGateway & { type: 'plan' }): Promise<void> {
    number = message.gateway;
    logs = message.logs.map((fd) =>
      createAppender({ fd, lost: (count) => emit({ type: 'events-dropped', count }) }),
    );
    gateway = createGateway({
      plan: message.plan,
      number: message.gateway,
      version: message.version,
      emit,
      want: (processGroup, applicationGroup) =>
        tell({ type: 'want', processGroup, applicationGroup }),
      unwant: (processGroup, applicationGroup) =>
        tell({ type: 'unwant', processGroup, applicationGroup }),
      overdue: (endpoint) => tell({ type: 'overdue', endpoint }),
      unreachable: (endpoint) => tell({ type: 'unreachable', endpoint }),
      accessLogs: logs.map((log) => log.write),
    });
    embedded = await startPython(message, gateway);
    await gateway.listen(message.listeners.map((fd) => ({ fd })));
    tell({ type: 'ready' });
  }

  async function startPython(
    { plan, runtime, gateway: number }: ToGateway & { type: 'plan' },
    gateway: Gateway,
  ): Promise<Embedded | undefined> {
    if (!plan.embedded || plan.embedded.broken) return undefined;
    if (runtime) {
      return await startEmbeddedRuntime({
        plan: plan.embedded,
        files: runtime,
        scripts: namedScripts(plan, ''),
        number,
        emit,
        up: gateway.endpointUp,
        failed: (message) => tell({ type: 'failed', message }),
      });
    }
    gateway.groupBroken('', '', 'the gateway has no socket for its Python');
    return undefined;
  }

  async function drain(seconds: number): Promise<void> {
    const drained = gateway?.drain();
    const running = gateway?.running() ?? [];
    if (running.length > 0)
      emit({
        type: 'gateway-draining',
        gateway: number,
        pid: process.pid,
        requests: running.length,
        oldest: running.slice(0, mostTold),
        seconds,
      });
    if (embedded) {
      // Python needs time for its own end.
      await Promise.race([drained, setTimeout(seconds * 1000, undefined, { ref: false })]);
      await embedded.stop(0);
    } else await drained;
    await Promise.all(logs.map((log) => log.flush(flushTime)));
    tell({ type: 'drained' });
  }

  function obey(message: ToGateway): void {
    switch (message.type) {
      case 'plan':
        start(message).catch((error: Error) =>
          tell({ type: 'failed', message: `a gateway cannot start: ${error.message}` }),
        );
        return;
      case 'endpoint-up':
        gateway?.endpointUp(message.endpoint);
        return;
      case 'endpoint-down':
        gateway?.endpointDown(message.id, 'died');
        return;
      case 'endpoint-leaving':
        gateway?.endpointDown(message.id, 'stopping');
        return;
      case 'group-broken':
        gateway?.groupBroken(message.processGroup, message.applicationGroup, message.reason);
        return;
      case 'answer':
        tell({ type: 'alive' });
        return;
      case 'drain':
        void drain(message.seconds);
    }
  }
}

/** Not an exit in order: it would run the exit functions of C libraries beside the threads of an embedded Python. */
export function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}
