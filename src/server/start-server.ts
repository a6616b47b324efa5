import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emit } from '../base/events.js';
import { openFileLimit } from '../base/open-file-limit.js';
import { literalNames } from '../gateway/routing/sites.js';
import { mostInvented } from '../gateway/runtimes/invented-groups.js';
import { namedScripts } from '../plan/named-scripts.js';
import type { Plan } from '../plan/plan.js';
import { realMachine } from '../python/machine.js';
import { type BoundSocket, bindTcp } from '../supervisor/listening-handle.js';
import { watchOutOfMemory } from '../supervisor/out-of-memory.js';
import { makeSocketFolder } from '../supervisor/socket-folder.js';
import { type Supervisor, startSupervisor } from '../supervisor/supervisor.js';
import { compileRuntimes } from './compiled-runtimes.js';
import { diagnoseGroup } from './diagnose.js';
import { explainImports } from './explain-imports.js';
import { type Gateways, startGateways } from './gateways.js';
import { openLogFiles } from './log-files.js';
import { demandFiles, neededFiles } from './needed-files.js';
import { gatewayMain, packageVersion } from './package-files.js';
import { writePidFile } from './pid-file.js';
import { runtimeCommands } from './runtime-command.js';
import { startAtOnce } from './start-at-once.js';
import { endSurvivors, serverVariable } from './survivors.js';

export interface ServerOptions {
  /** Gets the descriptors of the log files, in the order of `Plan.logs`, as soon as they are open. */
  readonly openLog: (logs: readonly number[]) => ServerLog;
}

export interface ServerLog {
  readonly emit: Emit;
  /** Writes what is left; the descriptors are closed afterwards. */
  close(): Promise<void>;
}

export interface Server {
  /** `http://127.0.0.1:8080/`, one per listener, with the ports that were found. */
  readonly addresses: readonly string[];
  /** Lets requests finish, then ends everything; resolves when no process and no file is left. Once only. */
  stop(reason: string): Promise<void>;
  /** Hurries a `stop` that is under way: kills whatever still runs. */
  stopNow(reason: string): void;
}

/**
 * Runs a plan: binds, opens logs, starts gateways, starts daemons. What fails undoes everything before it.
 *
 * @throws Error that says what could not be done; nothing is left then
 */
export async function startServer(plan: Plan, options: ServerOptions): Promise<Server> {
  const undo: Undo[] = [];
  const undoAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await startParts(plan, options, undo, undoAll);
  } catch (error) {
    await undoAll();
    throw error;
  }
}

type Undo = () => void | Promise<void>;

async function startParts(
  plan: Plan,
  options: ServerOptions,
  undo: Undo[],
  undoAll: () => Promise<void>,
): Promise<Server> {
  const version = packageVersion();
  const needed = neededFiles(plan);
  const limit = openFileLimit();
  demandFiles(needed, limit);
  const sockets = bindAll(plan, undo);
  const logs = openLogFiles(plan.logs);
  undo.push(logs.close);
  const machine = realMachine();
  const { emit: write, close } = options.openLog(logs.fds);
  undo.push(close);
  const emit = explainImports(plan, machine, write);
  emit({ type: 'server-starting', version, pid: process.pid });
  const mark = `${process.pid}.${randomBytes(6).toString('hex')}`;
  const sweep = () => endSurvivors(mark, plan, emit);
  undo.push(sweep);
  if (limit !== Number.POSITIVE_INFINITY) emit({ type: 'open-files', needed, limit });

  const gatewayIdentity = switchable(plan.gateways.identity);
  const folder = makeSocketFolder(plan.socketPrefix, gatewayIdentity, {
    // The folder of a user's session goes when its last session ends; the server may stay.
    ...(process.getuid?.() !== 0 && { fallback: join(tmpdir(), 'venvhost') }),
    moved: (gone, path) => emit({ type: 'socket-folder-removed', gone, path }),
  });
  undo.push(folder.remove);
  if (plan.pidFile !== undefined) undo.push(writePidFile(plan.pidFile).remove);

  const runtimeCommand = runtimeCommands();
  let supervisor: Supervisor | undefined;
  const early: [string, string][] = [];
  const compiling = compileRuntimes(plan.processGroups, {
    folder: folder.path,
    machine,
    runAs: ({ identity }) => switchable(identity),
  });
  const gateways = startGateways({
    plan,
    version,
    emit,
    command: {
      main: gatewayMain,
      ...(gatewayIdentity && { identity: gatewayIdentity }),
      environment: {
        ...gatewayEnvironment(),
        ...plan.embedded?.environment,
        [serverVariable]: mark,
      },
      listeners: sockets.map((socket) => socket.fd),
      logs: logs.fds,
    },
    createFiles: folder.create,
    // A gateway may take requests while another one starts, and daemons do.
    want: (...pair) => (supervisor ? supervisor.want(...pair) : early.push(pair)),
    unwant: (...pair) => supervisor?.unwant(...pair),
    overdue: (endpoint) => supervisor?.overdue(endpoint),
    unreachable: (endpoint) => supervisor?.unreachable(endpoint),
  });
  undo.push(async () => {
    gateways.killNow();
    await gateways.stop(0);
  });
  const compiled = await compiling;
  supervisor = startSupervisor({
    processGroups: plan.processGroups,
    startAtOnce: startAtOnce(plan),
    folder,
    emit,
    diagnose: (group) => diagnoseGroup(group, machine),
    outOfMemory: watchOutOfMemory(readKernelFile),
    gatewayUid: gatewayIdentity?.uid ?? process.getuid?.() ?? 0,
    scripts: ({ name }) => namedScripts(plan, name),
    mostApplicationGroups: literalNames(plan.hosts).size + mostInvented * plan.gateways.count,
    command: ({ python, identity }) => runtimeCommand(python.executable, switchable(identity)),
    compiled,
    environment: { [serverVariable]: mark },
    ...gateways,
  });
  const daemons = supervisor;
  undo.push(async () => {
    daemons.killNow();
    await daemons.stop(0);
  });
  for (const pair of early) supervisor.want(...pair);
  await gateways.ready;
  const addresses = sockets.map(formatAddress);
  emit({ type: 'server-listening', addresses });
  return { addresses, ...stopping({ plan, gateways, supervisor, sockets, emit, sweep, undoAll }) };
}

function readKernelFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function bindAll(plan: Plan, undo: Undo[]): BoundSocket[] {
  return plan.listeners.map((listener) => {
    const bound = bindTcp(listener);
    const socket = { ...bound, close: once(bound.close) };
    undo.push(socket.close);
    return socket;
  });
}

/** Only root can switch users; for all others the plan has nothing to switch, or `check` has said so. */
function switchable<T>(identity: T | undefined): T | undefined {
  return process.getuid?.() === 0 ? identity : undefined;
}

function gatewayEnvironment(): Record<string, string> {
  const passed = ['PATH', 'TZ', 'LANG', 'LC_ALL', 'NODE_ENV', 'NODE_V8_COVERAGE'];
  return Object.fromEntries(
    passed.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function formatAddress(socket: BoundSocket): string {
  const { address, port } = socket.address ?? { address: '', port: 0 };
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address;
  const shown = host.includes(':') ? `[${host}]` : host;
  return `http://${shown}${port === 80 ? '' : `:${port}`}/`;
}

interface Running {
  readonly plan: Plan;
  readonly gateways: Gateways;
  readonly supervisor: Supervisor;
  readonly sockets: readonly BoundSocket[];
  readonly emit: Emit;
  readonly sweep: () => void;
  readonly undoAll: () => Promise<void>;
}

function stopping(running: Running): Pick<Server, 'stop' | 'stopNow'> {
  const { plan, gateways, supervisor, sockets, emit, sweep, undoAll } = running;
  let under: Promise<void> | undefined;
  async function stop(reason: string): Promise<void> {
    emit({ type: 'server-stopping', reason });
    // The gateways close theirs: from then on the kernel refuses connections at once.
    for (const socket of sockets) socket.close();
    const groups = plan.embedded ? [...plan.processGroups, plan.embedded] : plan.processGroups;
    await gateways.stop(Math.max(0, ...groups.map((group) => group.timeouts.graceful)));
    // What still runs now has had its time.
    await supervisor.stop(0);
    sweep();
    emit({ type: 'server-stopped' });
    await undoAll();
  }
  return {
    stop: (reason) => {
      under ??= stop(reason);
      return under;
    },
    stopNow(reason) {
      emit({ type: 'server-stopping', reason, atOnce: true });
      gateways.killNow();
      supervisor.killNow();
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
