import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readPath } from '../../../src/gateway/routing/path.js';
import { createSites, hostName, hostPort } from '../../../src/gateway/routing/sites.js';
import type { HostPlan, RequestSettings } from '../../../src/plan/plan.js';
import { hostPlan, mountPlan, settings } from './support/plans.js';
import { get, run } from './support/running.js';

const paths: [string, string | number][] = [
  ['/', '/'],
  ['/a/b', '/a/b'],
  ['//a///b//', '/a/b/'],
  ['/a/./b', '/a/b'],
  ['/a/../b', '/b'],
  ['/a/b/..', '/a/'],
  ['/a/b/.', '/a/b/'],
  ['/..', 400],
  ['/a/../../b', 400],
  ['/%2e%2e/b', 400],
  ['/%41%20b', '/A b'],
  ['/%C3%A9', '/\u00c3\u00a9'],
  ['/a%2fb', 404],
  ['/a%00', 404],
  ['/%', 400],
  ['/%4', 400],
  ['/...', '/...'],
  ['/.hidden', '/.hidden'],
  ['/%252e%252e/x', '/%2e%2e/x'],
];
for (const [raw, expected] of paths) {
  test(`the path of ${raw} is ${expected}`, () => {
    const read = readPath(`${raw}?q=%zz`, { encoded: 'refuse', merge: true });
    if (typeof expected === 'number') assert.equal('status' in read && read.status, expected);
    else assert.deepEqual(read, { path: expected, query: 'q=%zz' });
  });
}

test('hosts are chosen by address, then name, the first being the default', () => {
  const hosts: HostPlan[] = [
    hostPlan({ name: 'main' }),
    hostPlan({
      id: 1,
      name: 'a.example',
      aliases: ['*.a.example'],
      addresses: [{ address: '*', port: 80 }],
    }),
    hostPlan({ id: 2, name: 'b.example', addresses: [{ address: '*', port: 80 }] }),
    hostPlan({ id: 3, name: 'c.example', addresses: [{ address: '10.0.0.1', port: 80 }] }),
  ];
  const sites = createSites(hosts, [0, 1, 2, 3]);
  const choose = (host: string, address = '10.0.0.9', port = 80) =>
    sites.choose(address, port, host);
  assert.equal(choose('b.example'), 2);
  assert.equal(choose('B.Example:8080'), 2);
  assert.equal(choose('b.example.'), 2);
  assert.equal(choose('x.a.example'), 1);
  assert.equal(choose('a.example.org'), 1, 'the first is the default');
  assert.equal(choose(''), 1);
  assert.equal(choose('b.example', '10.0.0.1'), 3, 'an exact address beats *');
  assert.equal(choose('b.example', '10.0.0.9', 81), 0, 'no host has the port: the main server');
});

test('a Host header falls into name and port', () => {
  assert.deepEqual([hostName('A.b:80'), hostPort('A.b:80')], ['a.b', 80]);
  assert.deepEqual([hostName('[::1]:81'), hostPort('[::1]:81')], ['[::1]', 81]);
  assert.deepEqual([hostName('[::1]'), hostPort('[::1]')], ['[::1]', undefined]);
});

const names = (request: { environ: Map<string, unknown>; text(body: string): void }) =>
  request.text(`${request.environ.get('SCRIPT_NAME')}|${request.environ.get('PATH_INFO')}`);

const mounted: [mount: string, path: string, answer: string | number][] = [
  ['/', '/', '|/'],
  ['/', '/a/b', '|/a/b'],
  ['/myapp', '/myapp', '/myapp|'],
  ['/myapp', '/myapp/', '/myapp|/'],
  ['/myapp', '/myapp//x', '/myapp|/x'],
  ['/myapp', '//myapp/x', '/myapp|/x'],
  ['/myapp', '/myapplet', 404],
  ['/myapp', '/MyApp', 404],
  ['/app/', '/app', 404],
  ['/app/', '/app/x', 404],
];
for (const [prefix, path, answer] of mounted) {
  test(`${path} under a script at ${prefix}: ${answer}`, async (t) => {
    const running = await run(t, {
      hosts: (folder) => [hostPlan({ mounts: [mountPlan(prefix, `${folder}/app.wsgi`)] })],
    });
    await running.runtime(names);
    const response = await running.ask(get(path));
    assert.equal(response.status === 200 ? response.body : response.status, answer);
  });
}

const inFolder: [path: string, answer: string | number][] = [
  ['/w/one.wsgi/x', '/w/one.wsgi|/x'],
  ['/w/one.wsgi', '/w/one.wsgi|'],
  ['/w/sub/two.py/', '/w/sub/two.py|/'],
  ['/w/', 403],
  ['/w/sub', 301],
  ['/w/sub/', 403],
  ['/w/none.wsgi', 404],
  ['/w/.hidden', 404],
  ['/w/old.wsgi~', 404],
  ['/w/old.bak', 404],
  ['/w/one.pyc', 404],
  ['/w/../app.wsgi', 404],
  ['/w/caf%C3%A9.wsgi', '/w/caf\u00c3\u00a9.wsgi|'],
  ['/w/%ff.wsgi', 404],
];
for (const [path, answer] of inFolder) {
  test(`${path} in a folder of scripts: ${answer}`, async (t) => {
    const running = await run(t, {
      hosts: (folder) => [hostPlan({ mounts: [mountPlan('/w/', `${folder}/w/`)] })],
    });
    await mkdir(`${running.folder}/w/sub`, { recursive: true });
    for (const name of [
      'one.wsgi',
      'sub/two.py',
      '.hidden',
      'old.wsgi~',
      'old.bak',
      'one.pyc',
      'café.wsgi',
    ])
      await writeFile(`${running.folder}/w/${name}`, '');
    await running.runtime(names);
    const response = await running.ask(get(path));
    assert.equal(response.status === 200 ? response.body : response.status, answer);
  });
}

for (const [rule, status] of [
  ['always', 200],
  ['owner', 200],
  ['none', 403],
] as const) {
  test(`a script behind a symbolic link with links "${rule}": ${status}`, async (t) => {
    const running = await run(t, {
      hosts: (folder) => [
        hostPlan({
          mounts: [mountPlan('/w/', `${folder}/w/`)],
          settings: { ...settings, followSymLinks: rule },
        }),
      ],
    });
    await mkdir(`${running.folder}/w`);
    await symlink(running.script, `${running.folder}/w/link.wsgi`);
    await running.runtime(names);
    assert.equal((await running.ask(get('/w/link.wsgi'))).status, status);
  });
}

test('a regular expression names the script', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({
        mounts: [
          {
            url: { kind: 'regex', source: '^/r/([a-z]+)' },
            target: `${folder}/$1.wsgi`,
            folder: false,
            override: {},
          },
        ],
      }),
    ],
  });
  await running.runtime(names);
  assert.equal((await running.ask(get('/r/app/x/y'))).body, '/r/app|/x/y');
  assert.equal((await running.ask(get('/r/other/x'))).status, 404);
});

test('the first mount that fits wins, and an alias comes before all', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({
        files: [{ url: { kind: 'prefix', prefix: '/static/' }, target: `${folder}/static/` }],
        mounts: [mountPlan('/sub', `${folder}/app.wsgi`), mountPlan('/', `${folder}/app.wsgi`)],
      }),
    ],
  });
  await mkdir(`${running.folder}/static`);
  await writeFile(`${running.folder}/static/a.css`, 'body{}');
  await running.runtime(names);
  assert.equal((await running.ask(get('/sub/x'))).body, '/sub|/x');
  assert.equal((await running.ask(get('/subs'))).body, '|/subs');
  assert.equal((await running.ask(get('/static/a.css'))).body, 'body{}');
});

function files(folder: string, about: Partial<RequestSettings> = {}): HostPlan[] {
  return [
    hostPlan({
      files: [{ url: { kind: 'prefix', prefix: '/s' }, target: `${folder}/s` }],
      settings: { ...settings, ...about },
    }),
  ];
}

test('static files have types, validators and ranges', async (t) => {
  const running = await run(t, { hosts: (folder) => files(folder) });
  await mkdir(`${running.folder}/s/d`, { recursive: true });
  await writeFile(`${running.folder}/s/a b.css`, 'body{}');
  await writeFile(`${running.folder}/s/index.html`, '<p>');
  const whole = await running.ask(get('/s/a%20b.css'));
  assert.equal(whole.body, 'body{}');
  assert.match(whole.headers.get('content-type') ?? '', /text\/css/);
  const etag = whole.headers.get('etag');
  assert.equal((await running.ask(get('/s/a%20b.css', `If-None-Match: ${etag}`))).status, 304);
  const part = await running.ask(get('/s/a%20b.css', 'Range: bytes=1-2'));
  assert.deepEqual([part.status, part.body], [206, 'od']);
  assert.equal((await running.ask(get('/s/a%20b.css', 'Range: bytes=90-'))).status, 416);
  assert.equal((await running.ask(get('/s/'))).body, '<p>');
  const redirected = await running.ask(get('/s?x=1'));
  assert.deepEqual([redirected.status, redirected.headers.get('location')], [301, '/s/?x=1']);
  assert.equal((await running.ask(get('/s/d/'))).status, 403, 'no listing');
  assert.equal((await running.ask(get('/s/none'))).status, 404);
  assert.equal((await running.ask(get('/s/index.html/x'))).status, 404);
  assert.equal((await running.ask(get('/s/a%20b.css').replace('GET', 'PUT'))).status, 405);
  const head = await running.ask(get('/s/a%20b.css').replace('GET', 'HEAD'), true);
  assert.equal(head.headers.get('content-length'), '6');
});

test('.ht files are never sent, other hidden ones are', async (t) => {
  const running = await run(t, { hosts: (folder) => files(folder) });
  await mkdir(`${running.folder}/s`);
  for (const name of ['.htpasswd', '.well']) await writeFile(`${running.folder}/s/${name}`, 'x');
  assert.equal((await running.ask(get('/s/.htpasswd'))).status, 403);
  assert.equal((await running.ask(get('/s/.well'))).status, 200);
});

test('a link out of a static folder is refused where links are', async (t) => {
  const running = await run(t, { hosts: (folder) => files(folder, { followSymLinks: 'none' }) });
  await mkdir(`${running.folder}/s`);
  await writeFile(`${running.folder}/secret`, 'x');
  await symlink(`${running.folder}/secret`, `${running.folder}/s/link`);
  assert.equal((await running.ask(get('/s/link'))).status, 403);
});

test('a denied folder gives 403, and the event names the folder to open', async (t) => {
  const running = await run(t, {
    host: { settings: { ...settings, access: { kind: 'denied' } } },
  });
  await running.runtime((request) => request.text('no'));
  assert.equal((await running.ask(get('/x'))).status, 403);
  const denied = await running.event('request-denied');
  assert.equal(denied.directory, running.folder);
  assert.equal(denied.path, running.script);
});

test('sections open folders, files and locations, later ones win', async (t) => {
  const granted = { access: { kind: 'granted' } } as const;
  const denied = { access: { kind: 'denied' } } as const;
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({
        mounts: [mountPlan('/', `${folder}/app.wsgi`)],
        settings: { ...settings, ...denied },
        sections: [
          { kind: 'directory', match: { kind: 'prefix', path: folder }, settings: granted },
          { kind: 'files', match: { kind: 'glob', pattern: '*.secret' }, settings: denied },
          { kind: 'location', match: { kind: 'prefix', path: '/admin' }, settings: denied },
          { kind: 'location', match: { kind: 'regex', source: '^/admin/open' }, settings: granted },
        ],
      }),
    ],
  });
  await running.runtime((request) => request.text('ok'));
  for (const [path, status] of [
    ['/', 200],
    ['/admin', 403],
    ['/admin/x', 403],
    ['//admin/x', 403],
    ['/%61dmin', 403],
    ['/administrator', 200],
    ['/admin/open', 200],
  ] as const)
    assert.equal((await running.ask(get(path))).status, status, path);
});

test('a file that its client does not take is one line in the access log', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      {
        ...(files(folder)[0] as HostPlan),
        accessLogs: [{ log: 0, format: [{ field: 's' }] }],
      },
    ],
  });
  await mkdir(`${running.folder}/s`);
  await writeFile(`${running.folder}/s/big`, Buffer.alloc(30_000_000));
  const client = running.client().send(get('/s/big'));
  await client.until(() => client.received !== '');
  client.socket.resetAndDestroy();
  while (running.lines.length === 0) await new Promise(setImmediate);
  assert.equal((await running.ask(get('/s/none'))).status, 404);
  assert.equal(running.lines.length, 2);
});
