import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../support/command.js';
import { repository } from '../support/run-folder.js';

const read = (name: string) => JSON.parse(readFileSync(join(repository, name), 'utf8'));

test('a word that chooses no test fails, and says so', async () => {
  const { status, output } = await runCommand(
    process.execPath,
    [join(repository, 'dist/tests/run.js'), 'tpyo'],
    { env: { ...process.env, NO_COLOR: '1' }, deadline: 60_000 },
  );
  assert.equal(status, 1, output);
  assert.match(output, /not ok selection: "tpyo" is in no file name of unit, golden/);
  assert.match(output, /^0 passed, 1 failed, 0 skipped$/m);
});

test('no command hides what the compiler says, or goes on after it failed', () => {
  const scripts: Record<string, string> = read('package.json').scripts;
  for (const [name, script] of Object.entries(scripts))
    assert.doesNotMatch(script, /tsc[^&]*[>;|]/, name);
});

test('npm install has nothing to change in the lock file', () => {
  const { dependencies, optionalDependencies, devDependencies } = read('package.json');
  const locked = read('package-lock.json').packages[''];
  assert.deepEqual(locked.dependencies, dependencies);
  assert.deepEqual(locked.optionalDependencies, optionalDependencies);
  assert.deepEqual(locked.devDependencies, devDependencies);
});
