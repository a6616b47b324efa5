import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SectionMatch, SectionPlan } from '../../../src/plan/plan.js';
import { compileSections } from '../../../src/rules/compile-sections.js';
import type { Form, Located } from '../../../src/rules/located.js';
import { type MountTarget, sectionApplies } from '../../../src/rules/section-applies.js';
import { settings } from '../gateway/support/plans.js';

const closed = { access: { kind: 'denied' } } as const;
const prefix = (path: string) => ({ kind: 'prefix', path }) as const;
const glob = (pattern: string) => ({ kind: 'glob', pattern }) as const;
const regex = (source: string) => ({ kind: 'regex', source }) as const;

function section(
  kind: SectionPlan['kind'],
  match: SectionMatch,
  within?: SectionMatch,
): SectionPlan {
  return { kind, match, settings: closed, ...(within && { within }) };
}

function holds(one: SectionPlan, where: Located, path = '/'): boolean {
  const sections = compileSections({ settings, sections: [one] });
  return sections.settle(where, sections.locationsOf(path), {}).settings.access.kind === 'denied';
}

const at = (file: string, form: Form = 'whole'): Located => ({ file, form });
const text = at('/srv/sub/f.txt');
const withRest = at('/srv/sub/f.txt', 'rest');
const folder = at('/srv/sub', 'folder');
const bare = at('/srv/sub');
const index = at('/srv/sub/f.txt', 'index');

/** What Apache 2.4 answered, for the same file below another folder. */
const files: [SectionPlan, holds: readonly Located[], doesNot: readonly Located[]][] = [
  [section('directory', regex('/sub$')), [bare], [folder, text, withRest, index]],
  [section('directory', regex('/sub/$')), [folder, index], [bare, text]],
  [section('directory', regex('/srv$')), [], [bare, folder, text]],
  [section('directory', regex('/sub/f[.]txt$')), [text, withRest], [folder, bare, index]],
  [section('directory', regex('^/srv/')), [text, withRest, folder, bare, index], []],
  [section('directory', prefix('/srv/sub')), [text, withRest, folder, bare, index], []],
  [section('directory', prefix('/srv/sub/')), [text, folder, bare], []],
  [section('directory', prefix('/srv/sub/f.txt')), [text], [withRest, index, folder]],
  [section('directory', prefix('/srv/su')), [], [text, folder, bare]],
  [section('directory', glob('/srv/*')), [text, folder, bare], [at('/srv/x', 'rest')]],
  [section('directory', glob('/*/f.txt')), [], [text]],
  [section('directory', glob('*/srv')), [text, folder], []],
  [section('directory', glob('*/sub')), [], [text, folder]],
  [section('directory', glob('s*/sub')), [], [text, folder]],
  [section('files', glob('f.txt')), [text, withRest, index], [folder, bare]],
  [section('files', glob('sub')), [bare], [folder, text]],
  [section('files', regex('^$')), [folder], [bare, text, index]],
  [section('files', glob('*.txt'), prefix('/srv/sub')), [text, withRest, index], [folder]],
  [section('files', glob('*.txt'), prefix('/srv/other')), [], [text]],
];

test('sections of the file system hold for the requests for which they hold in Apache', () => {
  for (const [one, yes, no] of files) {
    for (const where of yes) assert.ok(holds(one, where), `${name(one)} for ${name(where)}`);
    for (const where of no) assert.ok(!holds(one, where), `${name(one)} not for ${name(where)}`);
  }
});

const urls: [SectionMatch, holds: readonly string[], doesNot: readonly string[]][] = [
  [prefix('/'), ['/', '/a/b'], []],
  [prefix('/a'), ['/a', '/a/', '/a/b'], ['/ab', '/A', '/']],
  [prefix('/a/'), ['/a/', '/a/b'], ['/a', '/ab']],
  [prefix('a'), [], ['/a', '/a/']],
  [prefix('/a//b'), [], ['/a/b']],
  [prefix('/caf\u00e9'), ['/caf\u00c3\u00a9'], ['/caf\u00e9']],
  [glob('/new*'), ['/new', '/newer'], ['/new/page', '/new/']],
  [glob('/new/*'), ['/new/page', '/new/'], ['/new', '/new/a/b']],
  [glob('/ol?'), ['/old'], ['/old/', '/old/x', '/ol/']],
  [glob('/*/f.txt'), ['/sub/f.txt'], ['/f.txt', '/a/b/f.txt']],
  [glob('/*'), ['/', '/a'], ['/a/', '/a/b']],
  [regex('^/a$'), ['/a'], ['/a/', '/a/b']],
  [regex('b$'), ['/a/b', '/b'], ['/b/']],
];

test('sections of URLs hold for the requests for which they hold in Apache', () => {
  for (const [match, yes, no] of urls) {
    const one = section('location', match);
    for (const path of yes) assert.ok(holds(one, text, path), `${name(one)} for ${path}`);
    for (const path of no) assert.ok(!holds(one, text, path), `${name(one)} not for ${path}`);
  }
});

test('named groups are variables, the last section that has the name wins', () => {
  const { settle, locationsOf } = compileSections({
    settings,
    sections: [
      section('directory', regex('^/srv/(?<site>[^/]+)/(?<file>.+)')),
      section('files', regex('^(?<file>\\w+)[.](?<other>x)?')),
      section('location', regex('^/(?<shop>[^/]+)')),
    ],
  });
  const settled = settle(text, locationsOf('/blog/x'), {});
  assert.deepEqual(Object.fromEntries(settled.variables), { MATCH_SITE: 'sub', MATCH_FILE: 'f' });
  assert.deepEqual(settled.variablesOf?.('/news'), [['MATCH_SHOP', 'news']]);
  assert.equal(settle(text, locationsOf('/'), {}).variablesOf, undefined);
});

test('AuthMerging joins what is outside with the own rule', () => {
  const rule = { kind: 'local' } as const;
  const merged = (how: 'and' | 'or' | undefined, outside: object) =>
    compileSections({
      settings: { ...settings, ...outside },
      sections: [
        {
          kind: 'location',
          match: prefix('/'),
          settings: { access: rule },
          ...(how && { accessMerging: how }),
        },
      ],
    }).settle(text, '0,', {}).settings.access;
  const outside = { access: { kind: 'granted' } } as const;
  assert.deepEqual(merged(undefined, outside), rule);
  assert.deepEqual(merged('and', outside), { kind: 'all', of: [{ kind: 'granted' }, rule] });
  assert.deepEqual(merged('or', outside), { kind: 'any', of: [{ kind: 'granted' }, rule] });
  assert.deepEqual(merged('and', { access: { kind: 'denied', unstated: true } }), rule);
});

/** Mounts, and requests that each of them can get. */
const mounts: [MountTarget, readonly (readonly [Located, path: string])[]][] = [
  [
    { url: prefixed('/app'), target: '/srv/one/app.wsgi', folder: false },
    [
      [at('/srv/one/app.wsgi'), '/app'],
      [at('/srv/one/app.wsgi', 'rest'), '/app/'],
      [at('/srv/one/app.wsgi', 'rest'), '/app/admin/x'],
    ],
  ],
  [
    { url: prefixed('/'), target: '/srv/one/app.wsgi', folder: false },
    [
      [at('/srv/one/app.wsgi', 'rest'), '/'],
      [at('/srv/one/app.wsgi', 'rest'), '/app/admin/x'],
    ],
  ],
  [
    { url: prefixed('/w/'), target: '/srv/one/', folder: true },
    [
      [at('/srv/one/a.wsgi'), '/w/a.wsgi'],
      [at('/srv/one/sub/b.wsgi', 'rest'), '/w/sub/b.wsgi/x'],
    ],
  ],
  [
    {
      url: { kind: 'regex', source: '^/s/(\\w+)' },
      target: '/srv/$1/app.wsgi',
      folder: false,
    },
    [
      [at('/srv/one/app.wsgi', 'rest'), '/s/one/x'],
      [at('/srv/two/app.wsgi'), '/s/two'],
    ],
  ],
];

const samples: SectionPlan[] = [
  ...['^/srv/', '/one$', '/one/$', '/one/app[.]wsgi$', 'app', 'two', '^/srv/one/', '(?!x)'].map(
    (source) => section('directory', regex(source)),
  ),
  ...['/', '/srv', '/srv/one', '/srv/one/', '/srv/one/sub', '/srv/one/app.wsgi', '/var'].map(
    (path) => section('directory', prefix(path)),
  ),
  ...['/srv/*', '/*/one', '/srv/*/sub', '/srv/t*', '/*/*/*'].map((pattern) =>
    section('directory', glob(pattern)),
  ),
  ...['*', '*.wsgi', 'app.wsgi', 'x'].map((pattern) => section('files', glob(pattern))),
  ...['', 'app', '^$', 'wsgi$', 'one', '/', '.*'].map((source) => section('files', regex(source))),
  section('files', glob('*'), prefix('/srv/one')),
  ...['/', '/app', '/app/', '/app/admin', '/w', '/w/a.wsgi', '/s', 'app', '/ap'].map((path) =>
    section('location', prefix(path)),
  ),
  ...['/*', '/app/*', '/w/*', '/?/*', '*'].map((pattern) => section('location', glob(pattern))),
  ...['^/', '^/app', '^/app$', '/x$', 'w', '^/s/one'].map((source) =>
    section('location', regex(source)),
  ),
];

test('what a section does for all requests of a mount, it does for each', () => {
  for (const one of samples)
    for (const [mount, requests] of mounts) {
      const applies = sectionApplies(one, mount);
      const each = requests.map(([where, path]) => holds(one, where, path));
      const about = `${name(one)} is ${applies} for ${name(mount)}, which gets ${each.join(', ')}`;
      if (applies === 'always') assert.ok(!each.includes(false), about);
      if (applies === 'never') assert.ok(!each.includes(true), about);
    }
});

function prefixed(path: string) {
  return { kind: 'prefix', prefix: path } as const;
}

function name(what: unknown): string {
  return JSON.stringify(what);
}
