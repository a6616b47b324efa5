import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reachableRepository } from '../support/reachable-repository.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { within } from '../support/server.js';
import { testWithPythons } from '../support/skipping.js';
import { makeVenv } from '../support/venvs.js';

testWithPythons(
  'a server that is told to stop while it starts leaves no file behind',
  1,
  async ([python]) => {
    const folder = makeReadableFolder('early-');
    const run = makeReadableFolder('early-run-');
    writeFileSync(
      join(folder, 'site.conf'),
      `Listen 127.0.0.1:0
ServerName localhost
PidFile "${run}/venvhost.pid"
WSGISocketPrefix "${run}/wsgi"
WSGIDaemonProcess site python-home="${await makeVenv(python!)}"
`,
    );
    const program = join(await reachableRepository(), 'bin/venvhost.js');
    const child = spawn(process.execPath, [program, 'run', '-f', join(folder, 'site.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    try {
      let output = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (!output.includes('server-starting') && (output + text).includes('server-starting'))
          child.kill('SIGTERM');
        output += text;
      });
      const [status] = await within(once(child, 'close'), 30_000, () => `no end:\n${output}`);
      assert.equal(status, 0, output);
      assert.deepEqual(readdirSync(run), [], output);
    } finally {
      child.kill('SIGKILL');
      for (const path of [folder, run]) rmSync(path, { recursive: true, force: true });
    }
  },
);
