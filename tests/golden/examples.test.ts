import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../src/cli/main.js';
import { plainTerminal } from '../support/plain-terminal.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { repository } from '../support/run-folder.js';
import { daemonUser } from '../support/users.js';
import { openZoo } from '../support/zoo.js';

/** Examples, and the environments that each of them asks to make. Those of the guide have tests of their own. */
const examples: Readonly<Record<string, readonly string[]>> = {
  demo: ['.work/one', '.work/two'],
  django: ['venv'],
  flask: ['venv'],
  'two-pythons': ['new', 'old'],
  'virtual-hosts': [],
};

const { pythons, reason = 'no Python to make environments with' } = pythonsForVenvs(1);
const [python] = pythons;

for (const [name, environments] of Object.entries(examples))
  test(
    `the example ${name} checks without a warning, and says what answers`,
    python ? {} : { skip: reason },
    async () => {
      const zoo = openZoo(python!);
      try {
        const here = zoo.path(name);
        cpSync(join(repository, 'examples', name), here, {
          recursive: true,
          filter: (path) => !path.includes('/.work'),
        });
        for (const environment of environments) zoo.venv(join(name, environment));
        if (name === 'django') mkdirSync(join(here, 'static'));
        const user = daemonUser();
        const more = user ? ['-f', zoo.file('user.conf', `User ${user.name}\n`)] : [];
        const defines = [
          `HERE=${here}`,
          `VENV=${here}/venv`,
          `WORK=${here}/.work`,
          `APP=${here}/app`,
          'PORT=0',
        ];
        const terminal = plainTerminal();
        const status = await runCommand(
          [
            'check',
            '-f',
            join(here, `${name}.conf`),
            ...more,
            ...defines.flatMap((one) => ['-D', one]),
          ],
          terminal,
        );
        assert.equal(terminal.errors(), '');
        assert.match(
          terminal.output(),
          /^(process group [\w.-]+: Python .*\n)+(http:\/\/\S+ → .* in process group .*\n)+(http:\/\/\S+static\S* → .*\n)?$/,
        );
        assert.equal(status, 0);
      } finally {
        zoo.remove();
      }
    },
  );
