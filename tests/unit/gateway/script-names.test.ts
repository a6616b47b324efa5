import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isScript } from '../../../src/gateway/routing/script-names.js';

const usual = ['.wsgi', '.py'];
const folder = '/srv/apps/';

for (const [file, extensions, target, expected] of [
  ['/srv/apps/one.wsgi', usual, folder, true],
  ['/srv/apps/one.PY', usual, folder, true],
  ['/srv/apps/notes.txt', usual, folder, false],
  ['/srv/apps/one', usual, folder, false],
  ['/srv/apps.py/one', usual, folder, false],
  ['/srv/apps/.py', usual, folder, true],
  ['/srv/apps/one.cgi', ['.cgi'], folder, true],
  ['/srv/apps/one.wsgi', ['.cgi'], folder, false],
  ['/srv/apps/one.app', usual, '/srv/apps/$1.app', true],
  ['/srv/v2/main.app', usual, '/srv/v$1/main.app', true],
  ['/srv/apps/one.txt', usual, '/srv/apps/$1.app', false],
  ['/srv/apps/one', usual, '/srv/apps/$1', false],
  ['/srv/apps.d/one.d', usual, '/srv/apps.d/', false],
  ['/srv/apps/one', 'any', folder, true],
] as const)
  test(`${file} of ${target} is ${expected ? 'a' : 'no'} script with ${extensions}`, () =>
    assert.equal(isScript(file, extensions, target), expected));
