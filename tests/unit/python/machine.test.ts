import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { realMachine } from '../../../src/python/machine.js';

const machine = realMachine();

test('a command that hangs is killed at its time limit, with what it started', async () => {
  const ran = await machine.run(['/bin/sh', '-c', 'sleep 60 & sleep 60'], {
    environment: { PATH: '/usr/bin:/bin' },
    seconds: 0.2,
  });
  assert.equal(ran.failure, 'no answer within 0.2 s');
});

test('a command that does not exist is an answer, not an exception', async () => {
  const ran = await machine.run(['/no/such/command'], { environment: {}, seconds: 5 });
  assert.match(ran.failure ?? '', /ENOENT/);
});

test('a command sees exactly the environment that is given', async () => {
  const ran = await machine.run(['/usr/bin/env'], { environment: { A: 'b' }, seconds: 5 });
  assert.equal(ran.stdout, 'A=b\n');
});

test('a command that cannot be started for want of descriptors is an answer, not an exception', () => {
  const module = new URL('../../../src/python/machine.js', import.meta.url).href;
  const program = `
    import { openSync } from 'node:fs';
    const { realMachine } = await import(${JSON.stringify(module)});
    const machine = realMachine();
    try {
      for (;;) openSync('/dev/null', 'r');
    } catch {}
    const ran = await machine.run(['/bin/true'], { environment: {}, seconds: 5 });
    process._rawDebug(JSON.stringify(ran));
  `;
  const { stderr } = spawnSync(
    '/bin/sh',
    [
      ...['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"'],
      ...[process.execPath, program],
    ],
    { encoding: 'utf8' },
  );
  assert.match(stderr, /"failure":"spawn \/bin\/true EMFILE"/);
});
