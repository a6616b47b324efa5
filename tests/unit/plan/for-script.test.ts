import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusesStart } from '../../../src/plan/build.js';
import { planForScript } from '../../../src/plan/for-script.js';
import { describedMachine } from '../../support/described-machine.js';

const machine = 'file /srv/app/app.wsgi\n';

function serve(
  described: string,
  options: { venv?: string; callable?: string; mount?: string; pythonPath?: string[] } = {},
) {
  return planForScript(
    { folder: '/srv', script: 'app/app.wsgi', ...options },
    describedMachine(machine + described),
  );
}

test('one script is served from the root, its folder is open, and nothing is wrong', async () => {
  const { plan, diagnostics } = await serve('venv /srv/app/venv 3.12.1', { callable: 'app' });
  assert.deepEqual(
    diagnostics.map(({ code, message }) => [code, message]),
    [
      [
        'environment-chosen',
        'using the virtual environment /srv/app/venv (Python 3.12.1), because it is beside the script',
      ],
    ],
  );
  const [host] = plan.hosts;
  assert.deepEqual(plan.listeners, [{ address: '127.0.0.1', port: 8080 }]);
  assert.equal(host?.mounts[0]?.target, '/srv/app/app.wsgi');
  assert.deepEqual(host?.mounts[0]?.override.callable, { kind: 'literal', name: 'app' });
  assert.equal(host?.settings.scriptReloading, true);
  assert.deepEqual(host?.sections[0]?.settings.access, { kind: 'granted' });
  assert.equal(plan.processGroups[0]?.name, 'app');
  assert.equal(plan.processGroups[0]?.python.version, '3.12.1');
  assert.equal(plan.processGroups[0]?.directory, '/srv/app');
});

test('the environment is the one asked for, else the active one, else one beside the script, else none', async () => {
  const all = 'venv /srv/active 3.9.1\nvenv /srv/app/.venv 3.10.1\nvenv /srv/asked 3.8.1\n';
  const versions = await Promise.all([
    serve(`${all}environment VIRTUAL_ENV=/srv/active`, { venv: 'asked' }),
    serve(`${all}environment VIRTUAL_ENV=/srv/active`),
    serve(all),
    serve(''),
  ]);
  assert.deepEqual(
    versions.map(({ plan }) => plan.processGroups[0]?.python.version),
    ['3.8.1', '3.9.1', '3.10.1', '3.11.2'],
  );
  assert.match(versions[3]!.diagnostics[0]!.message, /\/usr\/bin\/python3 .*first python3 of PATH/);
});

test('a wrong --venv is said in words of the command line, and refuses', async () => {
  const { plan, diagnostics } = await serve('venv /srv/app/venv 3.12.1', {
    venv: 'app/venv/bin/python',
  });
  assert.equal(diagnostics[0]?.code, 'home-is-executable');
  assert.equal(diagnostics[0]?.hint, 'write --venv /srv/app/venv');
  assert.equal(refusesStart(plan, diagnostics), true);
});

test('a script that does not exist refuses', async () => {
  const { plan, diagnostics } = await planForScript(
    { folder: '/srv', script: 'gone.wsgi' },
    describedMachine(machine),
  );
  assert.equal(diagnostics.find(({ code }) => code === 'script-missing')?.severity, 'error');
  assert.equal(refusesStart(plan, diagnostics), true);
});

test('folders of modules are those of --python-path, from where the command runs', async () => {
  const { plan } = await serve('', { pythonPath: ['.', '/srv/lib'] });
  assert.deepEqual(plan.processGroups[0]?.pythonPath, ['/srv', '/srv/lib']);
});
