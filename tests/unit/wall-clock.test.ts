import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repository } from '../support/run-folder.js';

/** Who may ask for the time of day, and why. What waits asks a clock that nobody can set. */
const allowed: Readonly<Record<string, string>> = {
  'src/gateway/access-log.ts': 'shows times',
  'src/gateway/gateway.ts': 'request_start of environ, and request ids',
  'src/gateway/http/connection.ts': 'the Date field',
  'src/gateway/http/whole-answer.ts': 'the Date field',
  'src/observe/log.ts': 'the time of a log line',
  'runtime/venvhost_runtime/api.py': 'times of events and metrics',
  'runtime/venvhost_runtime/import_failure.py': 'compared with the times of files',
  'runtime/venvhost_runtime/compat.py': 'a stopwatch for Python 2.7',
  'runtime/venvhost_runtime/request.py': 'application_start of environ',
};

test('only what shows the time of day asks for it', () => {
  const found = ['src', 'runtime/venvhost_runtime'].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((name) => /\.(ts|py)$/.test(name))
      .filter((name) =>
        /\bDate\.now\(|\bnew Date\(|\btime\.time\(|\bfrom time import time\b/.test(
          readFileSync(join(repository, name), 'utf8'),
        ),
      ),
  );
  assert.deepEqual(found.sort(), Object.keys(allowed).sort());
});
