import assert from 'node:assert/strict';
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
