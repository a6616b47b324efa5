import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activationsOf, packagesIn } from '../../../src/python/activations.js';
import { describedMachine } from '../../support/described-machine.js';

const machine = describedMachine(
  [
    'venv /srv/venvs/one 3.11.2',
    'file /srv/venvs/old/bin/activate_this.py',
    'folder /srv/venvs/old/lib/python2.7/site-packages/django',
    'file /srv/venvs/old/lib/python2.7/site-packages/pip.py',
    'folder /srv/app/templates',
  ].join('\n'),
);

const cases: [
  name: string,
  text: string,
  found: [line: number, root: string, version?: string][],
][] = [
  [
    'activate_this.py below a folder that is named before',
    "python_home = '/srv/venvs/one'\nactivate_this = python_home + '/bin/activate_this.py'",
    [[1, '/srv/venvs/one', '3.11']],
  ],
  [
    'activate_this.py by its whole path, of an environment without pyvenv.cfg',
    "\nexecfile('/srv/venvs/old/bin/activate_this.py', dict(__file__='x'))",
    [[2, '/srv/venvs/old', '2.7']],
  ],
  [
    'the folder of packages, with the version put in later',
    'site.addsitedir("/srv/venvs/one/lib/python%d.%d/site-packages" % sys.version_info[:2])',
    [[1, '/srv/venvs/one', '3.11']],
  ],
  [
    'the folder of packages on sys.path',
    "sys.path.insert(0, '/srv/venvs/one/lib/python3.11/site-packages/')",
    [[1, '/srv/venvs/one', '3.11']],
  ],
  [
    'each environment once',
    "a = '/srv/venvs/one/lib/python3.11/site-packages'\nb = '/srv/venvs/one/'",
    [[1, '/srv/venvs/one', '3.11']],
  ],
  ['an environment that is only named', "home = '/srv/venvs/one'\nprint(home)", []],
  ['a comment', "# activate_this: '/srv/venvs/one'\n", []],
  ['a folder that is no environment', "a = '/srv/app/templates' # site-packages", []],
  ['an environment that is not there', "x = '/srv/gone/bin/activate_this.py'", []],
];

for (const [name, text, found] of cases)
  test(`what a script activates: ${name}`, () => {
    assert.deepEqual(
      activationsOf(text, machine).map(({ line, root, version }) =>
        version === undefined ? [line, root] : [line, root, version],
      ),
      found,
    );
  });

test('a new environment counts as empty', () => {
  assert.deepEqual(packagesIn('/srv/venvs/one', machine), []);
  assert.deepEqual(packagesIn('/srv/venvs/old', machine), ['django']);
});
