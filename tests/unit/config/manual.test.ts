import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directivesManual } from '../../../src/config/manual.js';
import { declarations } from '../../../src/config/tables/all.js';

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
