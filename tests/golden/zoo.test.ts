import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Code } from '../../src/base/codes.js';
import { runCommand } from '../../src/cli/main.js';
import { plainTerminal } from '../support/plain-terminal.js';
import { minor, pythonsForVenvs } from '../support/pythons.js';
import { daemonUser } from '../support/users.js';
import { openZoo, soundScript, type Zoo } from '../support/zoo.js';

/**
 * Really broken environments, each with what `venvhost check` or `venvhost venv` says of it. The expected
 * text stands in golden/zoo; UPDATE_GOLDEN=1 writes it anew.
 */
interface Animal {
  readonly codes: readonly Code[];
  /** Breaks something and gives the configuration to check, or the folder for `venv`. */
  readonly make: (zoo: Zoo) => string;
  readonly command?: 'venv' | 'import';
  /** Needs another user than the one who made the files. */
  readonly root?: true;
}

const golden = join(
  dirname(fileURLToPath(import.meta.url)).replace(/dist\/tests\/golden$/, 'tests/golden'),
  'zoo',
);
const cfg = 'home = /usr/bin\nversion = 3.11.2\n';
const says = (version: string) =>
  `printf 'venvhost\\t${version}\\t/usr\\t/usr\\t/usr/bin/python\\n'`;

const animals: Record<string, Animal> = {
  'sound environment': {
    codes: [],
    make: (zoo) => zoo.site(`python-home=${zoo.venv()}`),
  },
  'near name': {
    codes: ['home-missing'],
    make: (zoo) => {
      zoo.venv();
      return zoo.site(`python-home=${zoo.path('env')}`);
    },
  },
  'root is a file': {
    codes: ['home-not-a-folder'],
    make: (zoo) => zoo.site(`python-home=${zoo.file('venv.txt')}`),
  },
  'root is the interpreter': {
    codes: ['home-is-executable'],
    make: (zoo) => zoo.site(`python-home=${zoo.venv()}/bin/python`),
  },
  'root is the library folder': {
    codes: ['home-not-root'],
    make: (zoo) => zoo.site(`python-home=${dirname(zoo.packages(zoo.venv()))}`),
  },
  'root is site-packages': {
    codes: ['home-not-root'],
    make: (zoo) => zoo.site(`python-home=${zoo.packages(zoo.venv())}`),
  },
  'root is the project': {
    codes: ['home-not-root'],
    make: (zoo) => {
      zoo.venv('project/venv');
      return zoo.site(`python-home=${zoo.path('project')}`);
    },
  },
  'no interpreter': {
    codes: ['interpreter-missing'],
    make: (zoo) => {
      const root = zoo.venv();
      for (const name of ['python', 'python3']) rmSync(join(root, 'bin', name));
      return zoo.site(`python-home=${root}`);
    },
  },
  'dangling interpreter': {
    codes: ['base-python-missing'],
    make: (zoo) => {
      const root = zoo.venv();
      rmSync(join(root, 'bin/python'));
      symlinkSync('/opt/gone/bin/python3.9', join(root, 'bin/python'));
      writeFileSync(join(root, 'pyvenv.cfg'), 'home = /opt/gone/bin\nversion = 3.9.2\n');
      return zoo.site(`python-home=${root}`);
    },
  },
  'interpreter with an error': {
    codes: ['interpreter-broken'],
    make: (zoo) =>
      zoo.site(
        `python-home=${zoo.impostor('venv', 'echo "ModuleNotFoundError: No module named encodings" >&2; exit 1', cfg)}`,
      ),
  },
  'interpreter without permission': {
    codes: ['interpreter-not-executable'],
    make: (zoo) => {
      const root = zoo.impostor('venv', 'true', cfg);
      chmodSync(join(root, 'bin/python'), 0o644);
      return zoo.site(`python-home=${root}`);
    },
  },
  'interpreter of another architecture': {
    codes: ['interpreter-other-architecture'],
    make: (zoo) => {
      const root = zoo.impostor('venv', '', cfg);
      const head = new Uint8Array(64);
      head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
      head.set([2, 0, 243, 0], 16); // an executable for riscv64
      zoo.file('venv/bin/python', head, 0o755);
      return zoo.site(`python-home=${root}`);
    },
  },
  'interpreter that a signal ends': {
    codes: ['interpreter-killed'],
    make: (zoo) => zoo.site(`python-home=${zoo.impostor('venv', 'kill -SEGV $$', cfg)}`),
  },
  'interpreter that prints rubbish': {
    codes: ['interpreter-silent'],
    make: (zoo) => zoo.site(`python-home=${zoo.impostor('venv', 'echo hello', cfg)}`),
  },
  'interpreter that is too old': {
    codes: ['interpreter-too-old'],
    make: (zoo) => zoo.site(`python-home=${zoo.impostor('venv', says('3.5.2'), cfg)}`),
  },
  'interpreter from the future': {
    codes: ['interpreter-untested'],
    make: (zoo) => zoo.site(`python-home=${zoo.impostor('venv', says('3.99.0'))}`),
  },
  'no pyvenv.cfg': {
    codes: ['environment-cfg-missing'],
    make: (zoo) => {
      const root = zoo.venv();
      rmSync(join(root, 'pyvenv.cfg'));
      return zoo.site(`python-home=${root}`);
    },
  },
  'unreadable pyvenv.cfg': {
    codes: ['environment-cfg-unreadable'],
    root: true,
    make: (zoo) => {
      const root = zoo.venv();
      chmodSync(join(root, 'pyvenv.cfg'), 0o600);
      return zoo.site(`python-home=${root}`);
    },
  },
  'malformed pyvenv.cfg': {
    codes: ['environment-cfg-malformed'],
    make: (zoo) => {
      const root = zoo.venv();
      writeFileSync(join(root, 'pyvenv.cfg'), 'home /usr/bin\n', { flag: 'a' });
      return zoo.site(`python-home=${root}`);
    },
  },
  'home of pyvenv.cfg is gone': {
    codes: ['environment-home-missing'],
    make: (zoo) => {
      const root = zoo.venv();
      const text = readFileSync(join(root, 'pyvenv.cfg'), 'utf8');
      writeFileSync(join(root, 'pyvenv.cfg'), text.replace(/^home = .*$/m, 'home = /opt/gone/bin'));
      return zoo.site(`python-home=${root}`);
    },
  },
  'version of pyvenv.cfg is another': {
    codes: ['environment-version-differs'],
    make: (zoo) => {
      const root = zoo.venv();
      const text = readFileSync(join(root, 'pyvenv.cfg'), 'utf8');
      writeFileSync(join(root, 'pyvenv.cfg'), text.replace(/^version = .*$/m, 'version = 3.2.1'));
      return zoo.site(`python-home=${root}`);
    },
  },
  'upgraded Python': {
    codes: ['environment-outdated'],
    make: (zoo) => {
      const root = zoo.venv();
      renameSync(dirname(zoo.packages(root)), join(root, 'lib/python3.2'));
      return zoo.site(`python-home=${root}`);
    },
  },
  'moved environment': {
    codes: ['environment-moved'],
    make: (zoo) => {
      renameSync(zoo.venv('before'), zoo.path('after'));
      return zoo.site(`python-home=${zoo.path('after')}`);
    },
  },
  'nested environment': {
    codes: ['environment-nested'],
    make: (zoo) => {
      zoo.venv('outer');
      return zoo.site(`python-home=${zoo.venv('outer/inner')}`);
    },
  },
  'environment without pip': {
    codes: ['environment-without-pip'],
    command: 'venv',
    make: (zoo) => zoo.venv(),
  },
  'path inside of an environment': {
    codes: ['climbed-to-root', 'environment-without-pip'],
    command: 'venv',
    make: (zoo) => zoo.packages(zoo.venv()),
  },
  'project with two environments': {
    codes: [
      'climbed-to-root',
      'environment-without-pip',
      'climbed-to-root',
      'environment-without-pip',
    ],
    command: 'venv',
    make: (zoo) => {
      zoo.venv('project/venv');
      zoo.venv('project/other');
      return zoo.path('project');
    },
  },
  'closed folder on the way': {
    codes: ['home-unreachable'],
    root: true,
    make: (zoo) => {
      const root = zoo.venv('closed/venv');
      chmodSync(zoo.path('closed'), 0o700);
      return zoo.site(`python-home=${root}`);
    },
  },
  'unreadable packages': {
    codes: ['packages-unreadable'],
    root: true,
    make: (zoo) => {
      const root = zoo.venv();
      chmodSync(zoo.packages(root), 0o700);
      return zoo.site(`python-home=${root}`);
    },
  },
  'packages that everybody can write': {
    codes: ['world-writable'],
    make: (zoo) => {
      const root = zoo.venv();
      chmodSync(zoo.packages(root), 0o777);
      return zoo.site(`python-home=${root}`);
    },
  },
  'script and folder that everybody can write': {
    codes: ['world-writable', 'world-writable'],
    make: (zoo) => {
      const script = zoo.file('open/app.wsgi', soundScript, 0o666);
      chmodSync(zoo.path('open'), 0o777);
      return zoo.site(`python-home=${zoo.venv()}`, { script });
    },
  },
  'compiled module of another version': {
    codes: ['extension-other-version'],
    make: (zoo) => {
      const root = zoo.venv();
      zoo.file(join(zoo.packages(root), 'fast/_speed.cpython-32-x86_64-linux-gnu.so'));
      zoo.file(join(zoo.packages(root), 'fast/_both.cpython-32-x86_64-linux-gnu.so'));
      zoo.file(join(zoo.packages(root), 'fast/_both.abi3.so'));
      return zoo.site(`python-home=${root}`);
    },
  },
  'package for the main interpreter only': {
    codes: ['subinterpreter-unsafe'],
    make: (zoo) => {
      const root = zoo.venv();
      zoo.distribution(root, 'numpy', '2.1.0');
      zoo.distribution(root, 'pydantic_core', '2.20.1');
      return zoo.site(`python-home=${root}`, { mount: 'application-group=%{RESOURCE}' });
    },
  },
  'python-path is an environment': {
    codes: ['python-path-is-environment'],
    make: (zoo) =>
      zoo.site(`python-home=${zoo.venv('empty')} python-path=${zoo.packages(zoo.venv())}`),
  },
  'python-path does not exist': {
    codes: ['python-path-missing'],
    make: (zoo) => zoo.site(`python-home=${zoo.venv()} python-path=${zoo.path('nowhere')}`),
  },
  'python-path is shadowed': {
    codes: ['python-path-shadowed'],
    make: (zoo) => {
      zoo.file('one/models.py');
      zoo.file('two/models/__init__.py');
      return zoo.site(
        `python-home=${zoo.venv()} python-path=${zoo.path('one')}:${zoo.path('two')}`,
      );
    },
  },
  'locale that is not there': {
    codes: ['locale-missing'],
    make: (zoo) => zoo.site(`python-home=${zoo.venv()} lang=xx_XX.UTF-8`),
  },
  'unused process group': {
    codes: ['unused-process-group'],
    make: (zoo) => {
      const home = zoo.venv();
      return zoo.site(`python-home=${home}`, {
        more: `WSGIDaemonProcess idle python-home=${home}\n`,
      });
    },
  },
  'two scripts in one interpreter': {
    codes: ['application-group-shared'],
    make: (zoo) => {
      const script = zoo.file('shop.wsgi', soundScript);
      zoo.site(`python-home=${zoo.venv()}`);
      const text = readFileSync(zoo.path('site.conf'), 'utf8');
      return zoo.file(
        'site.conf',
        text.replace(
          'WSGIScriptAlias /',
          `WSGIScriptAlias /shop ${script} process-group=app application-group=%{GLOBAL}\nWSGIScriptAlias /`,
        ),
      );
    },
  },
  'WSGIPythonHome that nothing needs': {
    codes: ['python-home-unneeded'],
    make: (zoo) => {
      const home = zoo.venv();
      return zoo.site(`python-home=${home}`, { more: `WSGIPythonHome ${home}\n` });
    },
  },
  'script that cannot be read': {
    codes: ['script-unreadable'],
    root: true,
    make: (zoo) =>
      zoo.site(`python-home=${zoo.venv()}`, { script: zoo.file('app.wsgi', soundScript, 0o600) }),
  },
  'script with a syntax error': {
    codes: ['script-syntax-error'],
    make: (zoo) => {
      const script = zoo.file('app.wsgi', 'import sys\n\nname = = 1\n');
      return zoo.site(`python-home=${zoo.venv()}`, { script });
    },
  },
  'script of Python 2': {
    codes: ['script-is-python2'],
    make: (zoo) => {
      const script = zoo.file('app.wsgi', 'import sys\nprint "loading"\n');
      return zoo.site(`python-home=${zoo.venv()}`, { script });
    },
  },
  'script of Python 3': {
    codes: ['script-is-python3'],
    make: (zoo) => {
      // Python 2.7 is on few machines: this one says what it would.
      const answer = JSON.stringify({
        syntax: { line: 2, column: 9, message: 'invalid syntax', text: 'name = f"{sys.prefix}"' },
      });
      zoo.file('answer', `venvhost ${answer}\n`);
      const home = zoo.impostor(
        'venv',
        `for last; do :; done\ncase "$last" in *.wsgi) cat ${zoo.path('answer')};; *) ${says('2.7.18')};; esac`,
      );
      const script = zoo.file('app.wsgi', 'import sys\nname = f"{sys.prefix}"\n');
      return zoo.site(`python-home=${home}`, { script });
    },
  },
  'script without its callable': {
    codes: ['script-callable-missing'],
    make: (zoo) => {
      const script = zoo.file('app.wsgi', 'from flask import Flask\napp = Flask(__name__)\n');
      return zoo.site(`python-home=${zoo.venv()}`, { script });
    },
  },
  'script with execfile': {
    codes: ['script-uses-execfile', 'activate-this-missing'],
    make: (zoo) => {
      const home = zoo.venv();
      const script = zoo.file(
        'app.wsgi',
        `python_home = '${home}'\n\nactivate_this = python_home + '/bin/activate_this.py'\nexecfile(activate_this, dict(__file__=activate_this))\n\n${soundScript}`,
      );
      return zoo.site(`python-home=${home}`, { script });
    },
  },
  'import that lacks a module': {
    codes: ['script-import-failed'],
    command: 'import',
    make: (zoo) => {
      const root = zoo.venv();
      zoo.file(
        join(zoo.packages(root), 'shop.py'),
        'try:\n    import no_such_module\nexcept ImportError:\n    raise RuntimeError("shop cannot start")\n',
      );
      const script = zoo.file('app.wsgi', `print("loading")\nimport shop\n${soundScript}`);
      return zoo.site(`python-home=${root}`, { script });
    },
  },
  'import of an own module that is not on the path': {
    codes: ['script-import-failed'],
    command: 'import',
    make: (zoo) => {
      zoo.file('project/mysite/settings.py', '');
      const script = zoo.file('app.wsgi', `import mysite.settings\n${soundScript}`);
      return zoo.site(`python-home=${zoo.venv()}`, { script });
    },
  },
  'import of a script whose callable has another name': {
    codes: ['script-callable-missing'],
    command: 'import',
    make: (zoo) => {
      const script = zoo.file('app.wsgi', soundScript.replaceAll('application', 'app'));
      return zoo.site(`python-home=${zoo.venv()}`, { script });
    },
  },
  'import that ends its process': {
    codes: ['script-import-failed'],
    command: 'import',
    make: (zoo) => {
      const script = zoo.file('app.wsgi', `import os\nos.abort()\n${soundScript}`);
      return zoo.site(`python-home=${zoo.venv()}`, { script });
    },
  },
  'import that waits': {
    codes: ['script-import-timeout'],
    command: 'import',
    make: (zoo) => {
      const script = zoo.file('app.wsgi', `import time\ntime.sleep(60)\n${soundScript}`);
      return zoo.site(`python-home=${zoo.venv()} startup-timeout=1`, { script });
    },
  },
  'import of all that a script may use': {
    codes: [],
    command: 'import',
    make: (zoo) => {
      zoo.file('lib/helper.py');
      const script = zoo.file(
        'app.wsgi',
        `import os, sys, threading, mod_wsgi, apache, helper
assert sys.prefix == '${zoo.path('venv')}', sys.prefix
assert os.getuid() != 0 or '${daemonUser()?.name}' == 'undefined'
assert mod_wsgi.process_group == 'app' and __name__.startswith('_mod_wsgi_')
assert not [one for one in sys.path if one.endswith('runtime')], sys.path
threading.Thread(target=threading.Event().wait).start()
${soundScript}`,
      );
      return zoo.site(`python-home=${zoo.venv()} python-path=${zoo.path('lib')}`, { script });
    },
  },
};

const { pythons, reason = 'no Python to make environments with' } = pythonsForVenvs(1);
const [python] = pythons;

for (const [name, animal] of Object.entries(animals))
  test(
    `zoo: ${name}`,
    python && (!animal.root || daemonUser()) ? {} : { skip: python ? 'needs root' : reason },
    async () => {
      const zoo = openZoo(python!);
      try {
        const made = animal.make(zoo);
        const told = await tell(animal.command ?? 'check', made, zoo);
        assert.deepEqual(
          [...told.matchAll(/ \[([a-z0-9-]+)\]$/gm)].map((match) => match[1]).sort(),
          [...animal.codes].sort(),
          told,
        );
        compare(name, told);
      } finally {
        zoo.remove();
      }
    },
  );

async function tell(command: 'check' | 'venv' | 'import', made: string, zoo: Zoo): Promise<string> {
  const terminal = plainTerminal();
  const args = {
    venv: ['venv', made],
    check: ['check', '-f', made],
    import: ['check', '--import', '-f', made],
  };
  await runCommand(args[command], terminal);
  return terminal
    .errors()
    .replaceAll(zoo.folder, '/zoo')
    .replaceAll(/user "[\w-]+"|the user of this server/g, 'user "NAME"')
    .replaceAll(`runuser -u ${daemonUser()?.name} -- `, '')
    .replaceAll(zoo.python.version, '3.X.Y')
    .replaceAll(`python${minor(zoo.python.version)}`, 'python3.X')
    .replaceAll(`Python ${minor(zoo.python.version)}`, 'Python 3.X')
    .replaceAll(`for ${minor(zoo.python.version)}`, 'for 3.X')
    .replaceAll(/^( +)\^+$/gm, '    ^^^')
    .replaceAll(/^( *\/zoo[\w./]*:\d+):\d+/gm, '$1')
    .replaceAll(/this machine is \w+/g, 'this machine is NAME');
}

function compare(name: string, told: string): void {
  const path = join(golden, `${name.replaceAll(/[^a-zA-Z0-9]+/g, '-').toLowerCase()}.txt`);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(golden, { recursive: true });
    writeFileSync(path, told);
  } else assert.equal(told, readFileSync(path, 'utf8'));
}
