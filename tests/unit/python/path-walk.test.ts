import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstClosed, walkPath } from '../../../src/python/path-walk.js';
import { fakeFiles } from '../../support/fake-machine.js';

const alice = { uid: 1000, gid: 1000, groups: [1000, 2000] };

const files = fakeFiles({
  '/srv': { mode: 0o755 },
  '/srv/venv': { mode: 0o755 },
  '/srv/venv/bin/python': { link: '/root/python/bin/python3.11' },
  '/root': { mode: 0o700 },
  '/root/python/bin/python3.11': { file: '' },
  '/srv/team': { mode: 0o710, gid: 2000 },
  '/srv/team/app.wsgi': { file: '' },
  '/srv/hers': { mode: 0o077, uid: 1000 },
  '/srv/hers/app.wsgi': { file: '' },
  '/loop': { link: 'loop' },
  '/srv/up': { link: '../srv/team' },
});

test('the way to a path goes through every folder, also behind links', () => {
  const walk = walkPath('/srv/venv/bin/python', files);
  assert.equal(walk.end, 'file');
  assert.equal(walk.at, '/root/python/bin/python3.11');
  assert.deepEqual(
    walk.folders.map((folder) => folder.path),
    ['/', '/srv', '/srv/venv', '/srv/venv/bin', '/', '/root', '/root/python', '/root/python/bin'],
  );
});

test('the first folder that a user cannot enter is named', () => {
  const cases: [string, string | undefined][] = [
    ['/srv/venv/bin/python', '/root'],
    ['/srv/team/app.wsgi', undefined],
    ['/srv/up/app.wsgi', undefined],
    ['/srv/hers/app.wsgi', '/srv/hers'],
  ];
  for (const [path, closed] of cases)
    assert.equal(firstClosed(walkPath(path, files), alice)?.path, closed, path);
});

test('group bits count only for members, and root passes everywhere', () => {
  const walk = walkPath('/srv/team/app.wsgi', files);
  assert.equal(firstClosed(walk, { uid: 5, gid: 5, groups: [5] })?.path, '/srv/team');
  assert.equal(firstClosed(walk, { uid: 0, gid: 0, groups: [] }), undefined);
});

test('what does not exist, and a loop of links, end as missing', () => {
  assert.equal(walkPath('/srv/none/x', files).end, 'missing');
  assert.equal(walkPath('/srv/none/x', files).at, '/srv/none');
  assert.equal(walkPath('/loop', files).end, 'missing');
});
