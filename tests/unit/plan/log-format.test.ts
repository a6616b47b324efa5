import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogFormat, predefinedFormats } from '../../../src/plan/log-format.js';

const at = { file: 'x', line: 1, column: 1, endColumn: 1, text: '' };

test('the predefined formats are understood', () => {
  for (const format of Object.values(predefinedFormats))
    assert.deepEqual(parseLogFormat(format, at).diagnostics, []);
  assert.deepEqual(parseLogFormat(predefinedFormats['common']!, at).parts, [
    { field: 'h' },
    ' ',
    { field: 'l' },
    ' ',
    { field: 'u' },
    ' ',
    { field: 't' },
    ' "',
    { field: 'r' },
    '" ',
    { field: 's', final: true },
    ' ',
    { field: 'b' },
  ]);
});

test('every usual letter is known', () => {
  const format =
    '%h %l %u %t %{%Y}t %r %s %>s %b %B %O %I %D %T %{ms}T %{a}i %{a}o %{a}e %m %U %q %H %v %V %p %{local}p %P %a %{c}a %A %f %L %k %X %%';
  assert.deepEqual(parseLogFormat(format, at).diagnostics, []);
});

test('conditions, arguments and the first or last status are read in any order', () => {
  assert.deepEqual(parseLogFormat('%!200,304{Referer}i%<s%400>s', at).parts, [
    { field: 'i', argument: 'Referer', statuses: { not: true, codes: [200, 304] } },
    { field: 's', final: false },
    { field: 's', final: true, statuses: { not: false, codes: [400] } },
  ]);
});

test('literal text keeps its percent signs and knows tab and newline', () => {
  assert.deepEqual(parseLogFormat('a%%b\\tc\\x', at).parts, ['a%b\tc\\x']);
});
