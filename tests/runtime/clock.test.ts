import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../support/command.js';
import { fakeClock, whyNoFakeClock } from '../support/fake-clock.js';
import { findPythons } from '../support/pythons.js';
import { makeReadableFolder, repository } from '../support/run-folder.js';

/** Prints the seconds that went by on both clocks while the wall clock was set back by an hour. */
const program = `
import os, sys, time
sys.path.insert(0, sys.argv[1])
from venvhost_runtime.compat import clock
before, wall = clock(), time.time()
with open(sys.argv[2], 'w') as file:
    file.write('-3600')
print('%d %d' % (round(clock() - before), round(time.time() - wall)))
`;

for (const python of findPythons().filter((one) => one.supported || one.version.startsWith('2.7')))
  test(`Python ${python.version}: the clock of the runtime does not follow one that is set back`, async (t) => {
    const folder = makeReadableFolder('clock-');
    t.after(() => rmSync(folder, { recursive: true }));
    const clock = fakeClock(folder);
    if (!clock) return t.skip(whyNoFakeClock);
    const file = clock.env['FAKETIME_TIMESTAMP_FILE']!;
    const args = ['-c', program, join(repository, 'runtime'), file];
    const env = { ...process.env, ...clock.env, PYTHONDONTWRITEBYTECODE: '1' };
    const { output } = await runCommand(python.executable, args, { deadline: 30_000, env });
    assert.equal(output.trim(), '0 -3600');
  });
