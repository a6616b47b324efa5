import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SectionPlan } from '../../../src/plan/plan.js';
import type { Applies } from '../../../src/rules/applies.js';
import { type MountTarget, sectionApplies } from '../../../src/rules/section-applies.js';

const script: MountTarget = {
  url: { kind: 'prefix', prefix: '/app' },
  target: '/srv/one/app.wsgi',
  folder: false,
};
const scripts: MountTarget = {
  url: { kind: 'prefix', prefix: '/app/' },
  target: '/srv/one/',
  folder: true,
};
const matched: MountTarget = {
  url: { kind: 'regex', source: '^/app/(.*)' },
  target: '/srv/one/$1/app.wsgi',
  folder: false,
};

function section(
  kind: SectionPlan['kind'],
  match: SectionPlan['match'],
  within?: SectionPlan['match'],
): SectionPlan {
  return { kind, match, settings: {}, ...(within && { within }) };
}

const prefix = (path: string) => ({ kind: 'prefix', path }) as const;
const glob = (pattern: string) => ({ kind: 'glob', pattern }) as const;
const regex = (source: string) => ({ kind: 'regex', source }) as const;

/** Of a script, a folder of scripts, and an alias by regular expression. */
const cases: [SectionPlan, Applies, Applies, Applies][] = [
  [section('directory', prefix('/')), 'always', 'always', 'always'],
  [section('directory', prefix('/srv/one')), 'always', 'always', 'always'],
  [section('directory', prefix('/srv/o')), 'never', 'never', 'never'],
  [section('directory', prefix('/srv/one/two')), 'never', 'maybe', 'maybe'],
  [section('directory', glob('/srv/*')), 'always', 'always', 'always'],
  [section('directory', glob('/*/two')), 'never', 'never', 'never'],
  [section('directory', glob('/srv/*/sub')), 'never', 'maybe', 'maybe'],
  [section('directory', regex('^/srv/')), 'always', 'always', 'always'],
  [section('directory', regex('two')), 'never', 'maybe', 'maybe'],
  [section('directory', regex('/one$')), 'never', 'maybe', 'maybe'],
  [section('directory', regex('/app[.]wsgi$')), 'always', 'maybe', 'maybe'],
  [section('directory', prefix('/srv/one/app.wsgi')), 'maybe', 'maybe', 'maybe'],
  [section('files', glob('*.wsgi')), 'always', 'maybe', 'maybe'],
  [section('files', glob('*.py')), 'never', 'maybe', 'maybe'],
  [section('files', regex('^app'), prefix('/srv/one')), 'always', 'maybe', 'maybe'],
  [section('files', regex('^app'), prefix('/srv/two')), 'never', 'never', 'never'],
  [section('location', prefix('/')), 'always', 'always', 'always'],
  [section('location', prefix('/app')), 'always', 'always', 'maybe'],
  [section('location', prefix('/app/admin')), 'maybe', 'maybe', 'maybe'],
  [section('location', prefix('/app/')), 'maybe', 'always', 'maybe'],
  [section('location', glob('/app*')), 'maybe', 'never', 'maybe'],
  [section('location', glob('/app/*')), 'maybe', 'maybe', 'maybe'],
  [section('location', glob('/new*')), 'never', 'never', 'maybe'],
  [section('location', regex('^/app')), 'always', 'always', 'maybe'],
  [section('location', prefix('/ap')), 'never', 'never', 'maybe'],
  [section('location', regex('x')), 'maybe', 'maybe', 'maybe'],
];

test('a section holds for all, some or none of the requests of a mount', () => {
  for (const [given, ...expected] of cases)
    assert.deepEqual(
      [script, scripts, matched].map((mount) => sectionApplies(given, mount)),
      expected,
      JSON.stringify(given),
    );
});

test('a pattern that is given up may hold for requests', () => {
  const long: MountTarget = { ...script, url: { kind: 'prefix', prefix: `/${'a'.repeat(60)}!` } };
  assert.equal(sectionApplies(section('location', regex('^/(?!x)(\\w+\\s?)*$')), long), 'maybe');
});
