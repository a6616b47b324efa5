import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Control } from '../../src/protocol/control.js';
import { Failure } from '../../src/protocol/frames.js';
import { compareVersions } from '../../src/python/installed.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, startDaemon } from './daemon.js';

/** What released versions of such packages say. */
const sayings = {
  PyO3: 'PyO3 modules do not yet support subinterpreters, see https://github.com/PyO3/pyo3/issues/576',
  'newer PyO3':
    'PyO3 modules compiled for CPython 3.8 or older may only be initialized once per interpreter process',
  NumPy: 'cannot load module more than once per process',
  'Python 3.12': 'module stiff._core does not support loading in subinterpreters',
  Cython:
    'Interpreter change detected - this module can only be loaded into one interpreter per process.',
};

const pythons = findPythons().filter((one) => compareVersions(one.version, '3.8') >= 0);

for (const python of [pythons[0], pythons.at(-1)]) {
  if (!python) continue;
  for (const [who, text] of Object.entries(sayings))
    test(`Python ${python.version}: the refusal of ${who} is told with the package and the ways out`, async () => {
      await using daemon = await startDaemon(python.executable, 3, { sub_interpreters: true });
      const file = stiffScript(daemon, `raise ImportError(${JSON.stringify(text)})`);
      const gateway = await daemon.connect('a');
      gateway.request(1, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(1)).failure, Failure.Import);
      await daemon.until('the reason', () => told(daemon).length > 0);
      const [message = ''] = told(daemon);
      for (const part of [
        'package "stiff" does not support sub-interpreters',
        text,
        'WSGIApplicationGroup %{GLOBAL}',
        'application-isolation=process',
      ])
        assert.ok(message.includes(part), `${part} in ${message}`);
    });
}

const [newest] = pythons;
test('such a failure leaves the process alone, and an edited script is tried again', async (t) => {
  if (!newest) return t.skip('needs Python 3.8 or newer');
  await using daemon = await startDaemon(newest.executable, 3, { sub_interpreters: true });
  const file = stiffScript(daemon, `raise ImportError(${JSON.stringify(sayings.NumPy)})`);
  const well = daemon.script('well.wsgi', answering);
  const [stiff, other] = [await daemon.connect('a'), await daemon.connect('b')];
  for (const stream of [1, 2]) {
    stiff.request(stream, { SCRIPT_FILENAME: file });
    assert.equal((await stiff.answer(stream)).failure, Failure.Import);
    other.request(stream, { SCRIPT_FILENAME: well });
    assert.equal((await other.answer(stream)).body.toString(), 'well');
  }
  await daemon.until('the reason to be told', () => told(daemon).length > 0);
  assert.equal(told(daemon).length, 1, 'once');
  fs.writeFileSync(file, answering);
  fs.utimesSync(file, 1, 1);
  stiff.request(3, { SCRIPT_FILENAME: file, 'mod_wsgi.script_reloading': '1' });
  assert.equal((await stiff.answer(3)).end, 'refused', 'for a new process');
  await daemon.until('a new one to be asked for', () =>
    daemon.control.some(({ kind }) => kind === Control.Outdated),
  );
});

test('the main interpreter is never the reason', async (t) => {
  if (!newest) return t.skip('needs Python 3.8 or newer');
  await using daemon = await startDaemon(newest.executable, 3, { sub_interpreters: true });
  const file = stiffScript(daemon, `raise ImportError(${JSON.stringify(sayings.NumPy)})`);
  const gateway = await daemon.connect('');
  gateway.request(1, { SCRIPT_FILENAME: file });
  assert.equal((await gateway.answer(1)).failure, Failure.Import);
  assert.deepEqual(told(daemon), []);
});

const answering = `
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'well']
`;

/** A script that imports a package whose compiled part refuses, as if it were installed. */
function stiffScript(daemon: Daemon, refusal: string): string {
  const site = path.join(daemon.folder, 'lib/site-packages');
  fs.mkdirSync(path.join(site, 'stiff'), { recursive: true });
  fs.writeFileSync(path.join(site, 'stiff/__init__.py'), 'from stiff import core\n');
  const wrapped = `try:\n    ${refusal}\nexcept ImportError as error:\n    raise ImportError('stiff is broken') from error\n`;
  fs.writeFileSync(path.join(site, 'stiff/core.py'), wrapped);
  return daemon.script(
    'stiff.wsgi',
    `import sys\nsys.path.insert(0, ${JSON.stringify(site)})\nimport stiff\n`,
  );
}

function told(daemon: Daemon): string[] {
  return daemon.messages
    .map(({ text }) => text)
    .filter((text) => text.includes('sub-interpreters ('));
}
