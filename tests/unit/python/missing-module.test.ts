import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingModuleHint } from '../../../src/python/missing-module.js';
import { type FakeEntry, fakeFiles } from '../../support/fake-machine.js';

const project: Readonly<Record<string, FakeEntry>> = {
  '/srv/shop/manage.py': { file: '' },
  '/srv/shop/shop/__init__.py': { file: '' },
  '/srv/shop/shop/settings.py': { file: '' },
  '/srv/shop/deploy/apache/app.wsgi': { file: '' },
  '/srv/shop/libs/helpers.py': { file: '' },
  '/srv/shop/venv/pyvenv.cfg': { file: '' },
  '/srv/shop/venv/hidden.py': { file: '' },
  '/srv/shop/yaml.py': { file: '' },
  '/srv/other/stranger.py': { file: '' },
  '/home/app.wsgi': { file: '' },
  '/home/alice/theirs.py': { file: '' },
};

function hint(module: string, more: Partial<Parameters<typeof missingModuleHint>[0]> = {}) {
  return missingModuleHint(
    {
      module,
      script: '/srv/shop/deploy/apache/app.wsgi',
      processGroup: 'shop',
      executable: '/srv/shop/venv/bin/python',
      pythonPath: [],
      ...more,
    },
    fakeFiles(project),
  );
}

const cases: readonly (readonly [string, string, RegExp])[] = [
  [
    'a package above the script',
    'shop',
    /write python-path=\/srv\/shop at its WSGIDaemonProcess shop$/,
  ],
  [
    'a module in it',
    'shop.settings',
    /it is \/srv\/shop\/shop\/settings.py: write python-path=\/srv\/shop /,
  ],
  ['a module in a folder of the project', 'helpers', /python-path=\/srv\/shop\/libs /],
  ['a name that is known, and the own one', 'yaml', /it is \/srv\/shop\/yaml.py: write/],
  ['a module that a package lacks', 'shop.urls', /^\/srv\/shop\/shop is there, and has no urls$/],
  ['a known module', 'PIL.Image', /python -m pip install Pillow$/],
  ['a known module of the same name', 'django', /pip install django$/],
  [
    'a name that nobody knows',
    'mysite',
    /^there is no module mysite: neither in .* nor beside the script$/,
  ],
  ['a module of an environment', 'hidden', /^there is no module/],
  ['a module of the neighbours', 'stranger', /^there is no module/],
  ['a name that is none', 'x; rm -rf /', /^there is no module of this name/],
];

for (const [title, module, wanted] of cases)
  test(`a missing module: ${title}`, () => assert.match(hint(module), wanted));

test('a folder that is on the path already is not advised again, and others are kept', () => {
  assert.match(hint('shop', { pythonPath: ['/srv/shop'] }), /its folder is in the path/);
  assert.match(hint('shop', { pythonPath: ['/srv/lib'] }), /python-path=\/srv\/lib:\/srv\/shop /);
  assert.match(hint('shop', { processGroup: '' }), /write WSGIPythonPath \/srv\/shop$/);
});

test('folders of other users are not looked into', () => {
  assert.match(hint('theirs', { script: '/home/app.wsgi' }), /^there is no module theirs/);
});

test('who serves one script has an option to write, and no file', () => {
  assert.match(hint('shop', { served: true }), /start with --python-path \/srv\/shop$/);
});
