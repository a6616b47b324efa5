import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePyvenvCfg } from '../../../src/python/pyvenv-cfg.js';

test('pyvenv.cfg of venv, virtualenv and uv is understood', () => {
  assert.deepEqual(
    parsePyvenvCfg('home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n'),
    { home: '/usr/bin', version: '3.11.2', systemSitePackages: false },
  );
  assert.deepEqual(
    parsePyvenvCfg(
      'home = /usr/bin\r\nimplementation = CPython\r\nversion_info = 3.9.2.final.0\r\nvirtualenv = 20.4\r\ninclude-system-site-packages = True\r\n',
    ),
    { home: '/usr/bin', version: '3.9.2', systemSitePackages: true, maker: 'virtualenv' },
  );
  assert.deepEqual(parsePyvenvCfg('uv = 0.4.0\n'), { systemSitePackages: false, maker: 'uv' });
});
