import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isRunning, within } from '../support/server.js';

/** Tells its number and that of a child, and hangs. */
const hangingPython = (told: string) => `#!/bin/sh
sleep 600 &
echo "$$ $!" > "${told}.new" && mv "${told}.new" "${told}"
wait
`;

for (const command of ['check', 'run'])
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const)
    test(`${signal} to "${command}" that looks at an environment leaves no interpreter of it`, async (t) => {
      const folder = makeReadableFolder('inspection-');
      t.after(() => rmSync(folder, { recursive: true }));
      const bin = join(folder, 'venv/bin');
      const meeting = join(folder, 'meeting');
      const told = join(meeting, 'told');
      for (const one of [bin, meeting]) mkdirSync(one, { recursive: true });
      chmodSync(meeting, 0o1777);
      writeFileSync(join(folder, 'venv/pyvenv.cfg'), 'home = /usr/bin\nversion = 3.11.2\n');
      writeFileSync(join(bin, 'python'), hangingPython(told), { mode: 0o755 });
      writeFileSync(
        join(folder, 'site.conf'),
        `Listen 127.0.0.1:0\nWSGIDaemonProcess site python-home="${folder}/venv"\n`,
      );
      const program = join(await reachableRepository(), 'bin/venvhost.js');
      const child = spawn(process.execPath, [program, command, '-f', join(folder, 'site.conf')], {
        stdio: 'ignore',
      });
      const ended = once(child, 'close');
      // It sleeps when it has noted what it started.
      await until(() => existsSync(told) && isAsleep(child.pid!), 'the interpreter is asked');
      const pids = readFileSync(told, 'latin1').trim().split(' ').map(Number);
      child.kill(signal);
      await within(ended, 20_000, () => 'the command did not end');
      await until(() => !pids.some((pid) => isRunning(pid)), `${pids.join(' and ')} have gone`);
    });

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 8000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `not so that ${what}`);
    await turn();
  }
}

function isAsleep(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat[stat.lastIndexOf(')') + 2] === 'S';
}
