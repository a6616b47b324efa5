import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ProcessGroupPlan } from '../../../src/plan/plan.js';
import { type Machine, type Ran, realMachine } from '../../../src/python/machine.js';
import { compileRuntimes } from '../../../src/server/compiled-runtimes.js';

const printed = Buffer.from('3.11.2\0code').toString('base64');
const answered: Ran = { status: 0, signal: null, stdout: `${printed}\n`, stderr: '' };

/** Group names are `user:interpreter`. */
async function compile(
  t: { after(end: () => void): void },
  names: string[],
  answer: Ran,
  changes = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-compiled-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const asked: string[] = [];
  const machine: Machine = {
    ...realMachine(),
    self: { uid: 0, gid: 0, groups: [0] },
    run: async (argv) => {
      asked.push(argv.join(' '));
      return answer;
    },
  };
  const groups = names.map((name) => {
    const [uid, executable] = name.split(':');
    return {
      name,
      processes: 1,
      python: { executable },
      identity: { uid: Number(uid) },
    } as ProcessGroupPlan;
  });
  const fileOf = await compileRuntimes(groups, {
    folder,
    machine,
    runAs: ({ identity }) => identity && { ...identity, gid: 7, groups: [7] },
    ...changes,
  });
  return { asked, files: groups.map(fileOf) };
}

test('the runtime is compiled once for each interpreter and each user, as that user', async (t) => {
  const names = ['33:/bin/cat', '33:/bin/cat', '33:/bin/ls', '34:/bin/cat'];
  const { asked, files } = await compile(t, names, answered);
  assert.deepEqual(
    asked.map((command) => /--reuid (\d+).* (\/bin\/\w+) /.exec(command)?.slice(1)),
    [
      ['33', '/bin/cat'],
      ['33', '/bin/ls'],
      ['34', '/bin/cat'],
    ],
  );
  assert.equal(files[0], files[1]);
  assert.equal(new Set(files).size, 3);
  for (const file of files) {
    assert.equal(readFileSync(file ?? '', 'utf8'), '3.11.2\0code');
    assert.equal(statSync(file ?? '').mode & 0o777, 0o600);
  }
});

test('of many users those are left out whose few processes would wait longer than they save', async (t) => {
  const names = ['1', '2', '3', '4', '5', '5', '5', '5'].map((uid) => `${uid}:/bin/cat`);
  const { asked, files } = await compile(t, names, answered);
  assert.equal(asked.length, 1);
  assert.deepEqual(
    files.map((file) => file !== undefined),
    [false, false, false, false, true, true, true, true],
  );
});

test('where it cannot be kept, daemons do without', async (t) => {
  const gone = { folder: '/nonexistent' };
  assert.deepEqual((await compile(t, ['33:/bin/cat'], answered, gone)).files, [undefined]);
});

test('where an interpreter does not compile it, daemons do without', async (t) => {
  const failed = { ...answered, status: 1 };
  assert.deepEqual((await compile(t, ['33:/bin/cat'], failed)).files, [undefined]);
  const late = { ...answered, failure: 'no answer within 10 s' };
  assert.deepEqual((await compile(t, ['33:/bin/cat'], late)).files, [undefined]);
});
