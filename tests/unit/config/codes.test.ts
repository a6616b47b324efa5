import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { catalogue } from '../../../src/base/codes.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

test('every code that reading a configuration can give is shown by a golden test', () => {
  const source = texts(join(root, 'src/config'), '.ts').join('\n');
  const golden = texts(join(root, 'tests/golden/config'), '.txt').join('\n');
  const used = Object.keys(catalogue).filter((code) => source.includes(`'${code}'`));
  assert.ok(used.length > 15, 'the sources are read');
  assert.deepEqual(
    used.filter((code) => !golden.includes(`[${code}]`)),
    [],
  );
});

function texts(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}
