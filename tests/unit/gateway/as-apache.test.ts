import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readPath } from '../../../src/gateway/routing/path.js';
import type { HostPlan, RequestSettings } from '../../../src/plan/plan.js';
import { hostPlan, mountPlan, settings } from './support/plans.js';
import { get, run } from './support/running.js';

/** What Apache with mod_wsgi answers for the same (tests/integration/apache-differential-mounts.test.ts). */

const told = (request: { environ: Map<string, unknown>; text(body: string): void }) => {
  const { environ } = request;
  const matched = [...environ]
    .filter(([name]) => name.startsWith('MATCH_'))
    .map(([, text]) => text);
  request.text([environ.get('SCRIPT_NAME'), environ.get('PATH_INFO'), ...matched].join('|'));
};

const withRest: [prefix: string, rest: string, path: string, answer: string][] = [
  ['/blog/', '/', '/blog/x', '/blog|/x'],
  ['/blog/', '/', '/blog/', '/blog|/'],
  ['/cut', '/prefix', '/cut', '/cut|/prefix'],
  ['/cut', '/prefix', '/cut/y', '/cut|/prefix/y'],
  ['/app', '/app', '/app/y', '|/app/y'],
  ['/', '/pre', '/x', '|/pre/x'],
];
for (const [prefix, rest, path, answer] of withRest) {
  test(`${path} at a mount for ${prefix} whose target goes on with ${rest}: ${answer}`, async (t) => {
    const running = await run(t, {
      hosts: (folder) => [
        hostPlan({ mounts: [mountPlan(prefix, `${folder}/app.wsgi`, { rest, folder: false })] }),
      ],
    });
    await running.runtime(told);
    assert.equal((await running.ask(get(path))).body, answer);
  });
}

function site(folder: string, about: Partial<RequestSettings>): HostPlan {
  return hostPlan({
    documentRoot: `${folder}/www`,
    mounts: [mountPlan('/app', `${folder}/app.wsgi`)],
    settings: { ...settings, ...about },
    sections: [
      {
        kind: 'files',
        match: { kind: 'glob', pattern: '*.php' },
        settings: { access: { kind: 'denied' } },
      },
      {
        kind: 'location',
        match: { kind: 'regex', source: '^/app/(?<tenant>\\w+)' },
        settings: {},
      },
    ],
  });
}

async function ask(
  t: Parameters<typeof run>[0],
  question: string,
  about: Partial<RequestSettings> = {},
) {
  const running = await run(t, { hosts: (folder) => [site(folder, about)] });
  await mkdir(`${running.folder}/www/sub`, { recursive: true });
  for (const name of ['b.html', 'page.php', 'sub/b.html'])
    await writeFile(`${running.folder}/www/${name}`, name);
  await running.runtime(told);
  const [method = '', path = ''] = question.split(' ');
  return running.ask(get(path).replace('GET', method), method === 'HEAD');
}

const index = (...directoryIndex: string[]) => ({ directoryIndex });
const getOnly = { access: { kind: 'method', methods: ['GET'] } } as const;
const headOnly = { access: { kind: 'method', methods: ['HEAD'] } } as const;

const answers: [string, string | number, Partial<RequestSettings>?][] = [
  ['HEAD /b.html', 200, getOnly],
  ['HEAD /app', 200, getOnly],
  ['POST /app', 403, getOnly],
  ['GET /b.html', 'b.html', headOnly],
  ['GET /', 'b.html', index('nope.html', '/b.html')],
  ['GET /sub/', 'b.html', index('nope.html', '/b.html')],
  ['GET /sub/', 'sub/b.html', index('b.html')],
  ['GET /sub/', '/app|/x|x', index('/app/x')],
  ['GET /', 403, index('page.php')],
  ['GET /', 'b.html', index('page.php', 'b.html')],
  ['GET /', 403, index('page.php', 'nope.html')],
  ['GET /sub', 301],
  ['GET /sub', 403, { directorySlash: false }],
  ['OPTIONS /b.html', 200],
  ['OPTIONS /none', 200],
  ['OPTIONS /page.php', 403],
  ['PUT /b.html', 405],
  ['GET /page.php/x', 403],
  ['GET /b.html/x', 404],
  ['GET /b.html/x', 'b.html', { acceptPathInfo: 'on' }],
  ['GET /app/blue/x', '/app|/blue/x|blue'],
  ['GET /app', '/app|'],
];
for (const [question, answer, about] of answers) {
  test(`${question}${about ? ` with ${JSON.stringify(about)}` : ''}: ${answer}`, async (t) => {
    const response = await ask(t, question, about);
    assert.equal(typeof answer === 'number' ? response.status : response.body, answer);
  });
}

test('an answer to OPTIONS names the methods of files', async (t) => {
  const response = await ask(t, 'OPTIONS /b.html');
  assert.equal(response.headers.get('allow'), 'GET, HEAD, POST, OPTIONS');
});

test('a folder that is closed does not show its index', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({
        documentRoot: folder,
        sections: [
          {
            kind: 'location',
            match: { kind: 'regex', source: '^/$' },
            settings: { access: { kind: 'denied' } },
          },
        ],
      }),
    ],
  });
  await writeFile(`${running.folder}/index.html`, 'x');
  assert.equal((await running.ask(get('/'))).status, 403);
  assert.equal((await running.ask(get('/index.html'))).status, 200);
});

test('links are looked for in all names that a client chooses by a regular expression', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({
        files: [{ url: { kind: 'regex', source: '^/m/(.*)' }, target: `${folder}/open/$1` }],
        settings: { ...settings, followSymLinks: 'none' },
      }),
    ],
  });
  for (const name of ['open/own', 'secret']) {
    await mkdir(`${running.folder}/${name}`, { recursive: true });
    await writeFile(`${running.folder}/${name}/x`, name);
  }
  await symlink(`${running.folder}/secret`, `${running.folder}/open/link`);
  assert.equal((await running.ask(get('/m/own/x'))).body, 'open/own');
  assert.equal((await running.ask(get('/m/link/x'))).status, 403);
});

test('a redirect names no other host, however many slashes the path begins with', async (t) => {
  const running = await run(t, {
    hosts: (folder) => [
      hostPlan({ documentRoot: folder, slashes: { encoded: 'refuse', merge: false } }),
    ],
  });
  await mkdir(`${running.folder}/sub`);
  const response = await running.ask(get('//sub'));
  assert.deepEqual([response.status, response.headers.get('location')], [301, '/sub/']);
});

const refuse = { encoded: 'refuse', merge: true } as const;
const slashes: [target: string, slashes: HostPlan['slashes'], path: string | number][] = [
  ['/a%2Fb', refuse, 404],
  ['/a%2fb', { ...refuse, encoded: 'decode' }, '/a/b'],
  ['/a%2f%2Fb', { ...refuse, encoded: 'decode' }, '/a/b'],
  ['/a%2fb%20', { ...refuse, encoded: 'keep' }, '/a%2fb '],
  ['//a///b', { ...refuse, merge: false }, '/a///b'],
  ['/a//./b/', { ...refuse, merge: false }, '/a//b/'],
  ['/a/..', { ...refuse, merge: false }, '/'],
];
for (const [target, how, path] of slashes) {
  test(`${target} with slashes ${JSON.stringify(how)}: ${path}`, () => {
    const read = readPath(target, how);
    assert.equal('status' in read ? read.status : read.path, path);
  });
}
