import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { directivesManual } from '../../../src/config/manual.js';
import { declarations } from '../../../src/config/tables/all.js';

const page = new URL('../../../../docs/reference/directives.md', import.meta.url);

test('the committed page of directives is the one that the tables make', () => {
  assert.equal(
    readFileSync(page, 'utf8'),
    directivesManual(),
    'run: node dist/src/config/write-manual.js',
  );
});

test('every directive that is declared is in the manual', () => {
  const text = directivesManual();
  for (const { name } of declarations) assert.ok(text.includes(name), name);
});

test('no directive is declared twice', () => {
  const names = declarations.map(({ kind, name }) => `${kind} ${name.toLowerCase()}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});
