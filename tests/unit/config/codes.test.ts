import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../../../src/base/codes.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

const codes = Object.keys(catalogue);

test('every diagnostic is shown by a golden test, or by a test on a real machine', () => {
  const golden = texts(join(root, 'tests/golden'), '.txt');
  const tests = [
    'unit/plan',
    'unit/cli',
    'unit/python',
    'unit/embed',
    'unit/supervisor',
    'integration',
  ]
    .map((folder) => join(root, 'tests', folder))
    .filter((folder) => existsSync(folder))
    .map((folder) => texts(folder, '.test.ts'))
    .join('\n');
  assert.deepEqual(
    codes.filter((code) => !golden.includes(`[${code}]`) && !tests.includes(`'${code}'`)),
    [],
  );
});

test('every code is used by something', () => {
  const sources = texts(join(root, 'src'), '.ts', 'base/');
  assert.deepEqual(
    codes.filter((code) => !sources.includes(`'${code}'`)),
    [],
  );
});

function texts(folder: string, ending: string, except = '-'): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending) && !name.startsWith(except))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}
