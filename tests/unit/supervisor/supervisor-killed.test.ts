import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from './fake-daemon.js';

const supervisorProgram = `
  const { supervise } = await import(process.argv[1]);
  const { event, folder } = supervise('good');
  const { pid } = await event('daemon-ready');
  console.log(JSON.stringify({ pid, folder }));
`;

test('a supervisor that is killed leaves no daemon', async () => {
  const supervisor = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      supervisorProgram,
      new URL('fake-daemon.js', import.meta.url).href,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await Promise.race([
    once(createInterface(supervisor.stdout), 'line'),
    once(supervisor, 'exit').then(() => assert.fail('the supervisor did not start')),
  ]);
  const { pid, folder } = JSON.parse(String(line)) as { pid: number; folder: string };
  assert.ok(isAlive(pid));
  supervisor.kill('SIGKILL');
  const deadline = Date.now() + 5000;
  while (isAlive(pid) && Date.now() < deadline) await wait(10);
  assert.equal(isAlive(pid), false);
  rmSync(folder, { recursive: true });
});

function once(
  emitter: { once(event: string, listener: (...values: unknown[]) => void): unknown },
  event: string,
): Promise<unknown[]> {
  return new Promise((resolve) => emitter.once(event, (...values) => resolve(values)));
}
