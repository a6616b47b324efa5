import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from '../../src/python/installed.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, packedFor, startDaemon } from './daemon.js';

/** Answers with the modules of the runtime that were imported from their sources; Python 2 cannot tell of each. */
const tells = `
import sys
def application(environ, start_response):
    start_response('200 OK', [])
    ours = sorted(name for name, module in sys.modules.items() if module and name.startswith('venvhost_runtime'))
    found = [name for name in ours if getattr(sys.modules[name], '__loader__', None)]
    if not sys.modules['venvhost_runtime'].packed_length:
        found.append('all')
    return [(' '.join(found) or 'none').encode()]
`;

async function sources(daemon: Daemon, applicationGroup: string): Promise<string> {
  const gateway = await daemon.connect(applicationGroup);
  gateway.request(1, { SCRIPT_FILENAME: daemon.script('tells.wsgi', tells) });
  const { body } = await gateway.answer(1);
  return body.toString();
}

for (const python of findPythons().filter(
  (one) => one.supported || one.version.startsWith('2.7'),
)) {
  const dialect = python.version.startsWith('2') ? 2 : 3;
  const interpreters = compareVersions(python.version, '3.8') >= 0;
  const groups = interpreters ? ['', 'other'] : [''];

  test(`Python ${python.version}: what was compiled for it is all that it needs`, async () => {
    await using daemon = await startDaemon(python.executable, dialect, {
      sub_interpreters: interpreters,
    });
    for (const group of groups) assert.equal(await sources(daemon, group), 'none');
  });

  test(`Python ${python.version}: what was compiled for another one is left alone`, async () => {
    const own = (await packedFor(python.executable)) as Buffer;
    const compiled = Buffer.concat([Buffer.from('4'), own]);
    await using daemon = await startDaemon(python.executable, dialect, {
      compiled,
      sub_interpreters: interpreters,
    });
    for (const group of groups) assert.match(await sources(daemon, group), /all$/);
  });
}
