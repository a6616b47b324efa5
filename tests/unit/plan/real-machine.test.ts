import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { planForScript } from '../../../src/plan/for-script.js';
import { formatGroupLines } from '../../../src/plan/format.js';
import { realMachine } from '../../../src/python/machine.js';
import { pythonsForVenvs } from '../../support/pythons.js';

const folder = mkdtempSync(join(tmpdir(), 'venvhost-plan-'));
chmodSync(folder, 0o755);
after(() => rmSync(folder, { recursive: true, force: true }));

const { pythons, reason = 'no Python to make environments with' } = pythonsForVenvs(1);
const [python] = pythons;

test(
  'a script beside a real venv is planned with its version, and without errors',
  python ? {} : { skip: reason },
  async () => {
    writeFileSync(join(folder, 'app.wsgi'), 'def application(environ, start_response): pass\n');
    execFileSync(python!.executable, ['-m', 'venv', '--without-pip', join(folder, 'venv')]);
    const machine = { ...realMachine() };
    const { plan, diagnostics } = await planForScript(
      { folder, script: 'app.wsgi', venv: 'venv' },
      machine,
    );
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity !== 'note'),
      [],
    );
    const [group] = plan.processGroups;
    assert.equal(group?.python.version, python!.version);
    assert.equal(group?.python.prefix, join(folder, 'venv'));
    assert.notEqual(plan.gateways.identity?.uid, 0);
    assert.equal(plan.gateways.identity !== undefined, machine.self.uid === 0);
    assert.match(formatGroupLines(plan), /^process group app: Python .*, 1 process of 15 threads/);
  },
);
