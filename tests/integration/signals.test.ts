import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { startGatewayProcess } from '../../src/server/gateway-process.js';
import { gatewayMain } from '../../src/server/package-files.js';
import { ask } from '../support/http.js';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, isRunning, type Server, within } from '../support/server.js';
import { blocksOrCatches, listenersOf } from '../support/signals.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

const { signals } = constants;

/**
 * Not sent: what nobody can catch, faults (ILL, TRAP, ABRT, BUS, FPE, SEGV, SYS), job control (TSTP, TTIN, TTOU),
 * SIGQUIT, which is out at once, and SIGXCPU, a limit of the administrator.
 */
const harmless = [
  ...['SIGUSR1', 'SIGUSR2', 'SIGPIPE', 'SIGALRM', 'SIGSTKFLT', 'SIGCHLD', 'SIGCONT', 'SIGURG'],
  ...['SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGPWR'],
] as NodeJS.Signals[];
/** When a gateway ends is for the supervisor to say. */
const harmlessToGateways = [...harmless, 'SIGHUP', 'SIGINT', 'SIGTERM'] as const;

function skipsWithoutProc(t: TestContext): boolean {
  if (existsSync('/proc/self/status')) return false;
  t.skip('there is no /proc to see listeners in');
  return true;
}

test('SIGUSR1 opens no debugger in a gateway, not even while Node is starting', (t) => {
  if (skipsWithoutProc(t)) return;
  const gateway = startGatewayProcess(
    { main: gatewayMain, environment: {}, listeners: [], logs: [] },
    () => {},
    () => {},
  );
  t.after(() => gateway.kill());
  storm(gateway.pid, () => assert.deepEqual(listenersOf(gateway.pid), []));
  assert.ok(isRunning(gateway.pid));
});

test('a SIGUSR1 that comes before the first line of the command ends it, with its debugger', async (t) => {
  if (skipsWithoutProc(t)) return;
  const program = join(await reachableRepository(), 'bin/venvhost.js');
  const child = spawn(process.execPath, [program, 'venv', '/nowhere'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(child, 'close');
  storm(child.pid!, () => {});
  const [, signal] = await within(ended, 30_000, () => said);
  assert.equal(signal, 'SIGKILL', said);
  assert.match(said, /ended by SIGUSR1, which came while Node was starting/);
});

const waitsForAFile = `import os, time

def application(environ, start_response):
    if environ['PATH_INFO'] == '/wait':
        open(environ['QUERY_STRING'] + '.begun', 'w').close()
        while not os.path.exists(environ['QUERY_STRING']):
            time.sleep(0.01)
    start_response('200 OK', [])
    return [str(os.getpid()).encode()]
`;

testWithPythons(
  'signals without a meaning end neither supervisor nor gateway, and open nothing',
  1,
  async ([python]) => {
    const site = { mounts: { '/': 'app.wsgi' }, files: { 'app.wsgi': waitsForAFile } };
    await withSite(python!, site, async (server) => {
      const daemon = Number((await ask(server.port, '/')).text);
      const gateway = gatewayOf(server);
      for (const signal of harmless) process.kill(server.pid, signal);
      for (const signal of harmlessToGateways) process.kill(gateway, signal);
      await server.until(
        (line) => line.type === 'signal-ignored' && line['signal'] === 'SIGUSR1',
        'tells that SIGUSR1 means nothing',
      );
      // Signals that are pending are delivered before what is sent afterwards.
      assert.equal((await ask(server.port, '/')).text, String(daemon), server.output());
      assert.equal(gatewayOf(server), gateway);
      assert.ok(isRunning(gateway) && isRunning(server.pid), server.output());
      assert.equal(listenersOf(server.pid).length, 1);
      assert.equal(listenersOf(gateway).length, 1);
      assert.deepEqual(listenersOf(daemon), []);
    });
  },
);

testWithPythons(
  'signals without a meaning cut no request while the server drains',
  1,
  async ([python]) => {
    const site = {
      mounts: { '/': 'app.wsgi' },
      files: { 'app.wsgi': waitsForAFile },
      group: 'threads=2 graceful-timeout=30',
    };
    const meeting = makeSharedFolder();
    await withSite(python!, site, async (server) => {
      const file = join(meeting, 'go');
      const answer = ask(server.port, `/wait?${file}`);
      await untilThere(`${file}.begun`);
      const gateway = gatewayOf(server);
      process.kill(server.pid, 'SIGTERM');
      await server.until(isEvent('server-stopping'), 'stops');
      for (const signal of harmless) process.kill(server.pid, signal);
      for (const signal of harmlessToGateways) process.kill(gateway, signal);
      await server.until(
        (line) => line.type === 'signal-ignored' && line['signal'] === 'SIGPWR',
        'has heard all signals',
      );
      for (const pid of [server.pid, gateway]) assert.deepEqual(listenersOf(pid), []);
      writeFileSync(file, '');
      assert.equal((await answer).status, 200, server.output());
      assert.deepEqual(await server.ended, { code: 0, signal: null });
    });
    rmSync(meeting, { recursive: true });
  },
);

testWithPythons(
  'a daemon ends by the signals that end one of mod_wsgi, is replaced, and listens nowhere',
  1,
  async ([python]) => {
    await withSite(python!, { mounts: { '/': 'tells-its-process' } }, async (server) => {
      for (const signal of ['SIGUSR1', 'SIGXCPU', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        const pid = Number((await ask(server.port, '/')).text);
        assert.deepEqual(listenersOf(pid), []);
        process.kill(pid, signal);
        const died = isEvent('daemon-died');
        const line = await server.until((one) => died(one) && one['pid'] === pid, 'has ended');
        assert.equal(line['expected'], signal !== 'SIGHUP', `${signal}: ${JSON.stringify(line)}`);
      }
      assert.equal((await ask(server.port, '/')).status, 200, server.output());
    });
  },
);

function gatewayOf(server: Server): number {
  const line = server.log.findLast(isEvent('gateway-up'));
  return line?.['pid'] as number;
}

/** Where daemons of another user can write. */
function makeSharedFolder(): string {
  const folder = makeReadableFolder('meeting-');
  chmodSync(folder, 0o1777);
  return folder;
}

async function untilThere(path: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!existsSync(path)) {
    assert.ok(performance.now() < deadline, `${path} is missing`);
    await turn();
  }
}

/** Sends SIGUSR1 again and again for as long as a start takes, from the moment when it is no plain end. */
function storm(pid: number, look: () => void): void {
  const beforeHandlers = performance.now() + 10_000;
  while (!blocksOrCatches(pid, signals.SIGUSR1)) assert.ok(performance.now() < beforeHandlers);
  for (let round = 0; round < 20; round++) {
    const until = performance.now() + 15;
    while (performance.now() < until && isRunning(pid)) process.kill(pid, 'SIGUSR1');
    look();
  }
}
