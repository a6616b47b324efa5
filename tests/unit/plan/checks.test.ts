import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from '../../../src/base/diagnostic.js';
import { memoryFiles } from '../../../src/config/memory.js';
import { readConfig } from '../../../src/config/read.js';
import { buildPlan } from '../../../src/plan/build.js';
import { collectFacts } from '../../../src/plan/collect-facts.js';
import type { Machine } from '../../../src/python/machine.js';
import { describedMachine } from '../../support/described-machine.js';

async function found(code: string, text: string, machine: Machine): Promise<Diagnostic[]> {
  const { config } = readConfig(['/etc/app.conf'], {
    ...memoryFiles(new Map([['/etc/app.conf', text]])),
    environment: {},
    defines: new Map(),
    ignoreUnsupported: false,
  });
  const { diagnostics } = buildPlan(config, await collectFacts(config, machine));
  return diagnostics.filter((one) => one.code === code);
}

const described =
  'venv /srv/venv 3.11.2\nvenv /home/alice/venv 3.11.2\nfile /srv/app.wsgi 0644 1001';

test('a mount in embedded mode whose host defines a group names the line to add', async () => {
  const site = (line: string) =>
    `<VirtualHost *:80>\nServerName blog.example\nWSGIDaemonProcess blog python-home=/srv/venv\nWSGIScriptAlias / /srv/app.wsgi\n${line}\n</VirtualHost>\n`;
  const code = 'embedded-beside-group';
  const [finding, ...more] = await found(code, site(''), describedMachine(described));
  assert.deepEqual(more, []);
  assert.match(finding?.message ?? '', /app\.wsgi runs in embedded mode although .*"blog"/);
  assert.match(finding?.hint ?? '', /add WSGIProcessGroup blog/);
  const chosen = await found(code, site('WSGIProcessGroup blog'), describedMachine(described));
  assert.deepEqual(chosen, []);
});

test('a script that its script-user does not own is told with the command', async () => {
  const site = (user: string) =>
    `WSGIDaemonProcess app python-home=/srv/venv script-user=${user}\nWSGIScriptAlias / /srv/app.wsgi process-group=app\n`;
  const code = 'script-owner-mismatch';
  const [finding] = await found(code, site('tester'), describedMachine(described));
  assert.match(finding?.message ?? '', /is owned by alice, not by tester/);
  assert.match(finding?.hint ?? '', /chown tester \/srv\/app\.wsgi/);
  assert.deepEqual(await found(code, site('alice'), describedMachine(described)), []);
});

test('SELinux is told of where it enforces and an environment lies in a home folder', async () => {
  const site = (home: string) =>
    `WSGIDaemonProcess app python-home=${home}\nWSGIScriptAlias / /srv/app.wsgi process-group=app\n`;
  const machine = describedMachine(described);
  const enforcing = {
    ...machine,
    read: (path: string) => (path === '/sys/fs/selinux/enforce' ? '1' : machine.read(path)),
  };
  const code = 'selinux-enforcing';
  const [finding] = await found(code, site('/home/alice/venv'), enforcing);
  assert.match(finding?.hint ?? '', /restorecon -R \/home\/alice\/venv/);
  assert.deepEqual(await found(code, site('/srv/venv'), enforcing), []);
  assert.deepEqual(await found(code, site('/home/alice/venv'), machine), []);
});

test('a package that fails in sub-interpreters is told of only where it would run in one', async () => {
  const machine = describedMachine(`${described}
file /srv/venv/lib/python3.11/site-packages/numpy-2.1.0.dist-info/METADATA`);
  const site = (options: string, group: string) =>
    `WSGIDaemonProcess app python-home=/srv/venv ${options}\nWSGIScriptAlias / /srv/app.wsgi process-group=app application-group=${group}\n`;
  const code = 'subinterpreter-unsafe';
  const [finding] = await found(code, site('', 'one'), machine);
  assert.match(finding?.message ?? '', /application group one, a sub-interpreter, where numpy/);
  assert.deepEqual(await found(code, site('', '%{GLOBAL}'), machine), []);
  assert.deepEqual(await found(code, site('application-isolation=process', 'one'), machine), []);
});
