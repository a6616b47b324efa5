import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchOutOfMemory } from '../../../src/supervisor/out-of-memory.js';

function watch(files: Record<string, string>) {
  return watchOutOfMemory((path) => files[path]);
}

test('a kill is told once, by the counter of the own control group of version 2', () => {
  const events = '/sys/fs/cgroup/system.slice/x.service/memory.events';
  const files: Record<string, string> = {
    '/proc/self/cgroup': '0::/system.slice/x.service\n',
    '/proc/vmstat': 'oom_kill 5\n',
    [events]: 'low 0\noom 1\noom_kill 1\noom_group_kill 0\n',
  };
  const killed = watch(files);
  assert.equal(killed(), false);
  files['/proc/vmstat'] = 'oom_kill 6\n';
  assert.equal(killed(), false, 'that was a process of somebody else');
  files[events] = 'oom_kill 2\n';
  assert.equal(killed(), true);
  assert.equal(killed(), false);
});

test('version 1 has its counter elsewhere, and without any the machine counts', () => {
  const control = '/sys/fs/cgroup/memory/a/memory.oom_control';
  const files: Record<string, string> = {
    '/proc/self/cgroup': '4:memory:/a\n0::/\n',
    [control]: 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n',
  };
  const killed = watch(files);
  files[control] = 'oom_kill 1\n';
  assert.equal(killed(), true);
  const machine: Record<string, string> = { '/proc/vmstat': 'nr_free_pages 3\noom_kill 0\n' };
  const killedThere = watch(machine);
  machine['/proc/vmstat'] = 'oom_kill 1\n';
  assert.equal(killedThere(), true);
});

test('where the kernel tells nothing, nothing is claimed', () => {
  assert.equal(watch({})(), false);
});
