import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Control } from '../../../src/protocol/control.js';
import { controlNews, longestNews } from '../../../src/protocol/control-news.js';
import { encodeMarshal, type MarshalValue } from '../../../src/protocol/marshal.js';

const news = (type: number, value: MarshalValue) =>
  controlNews(type, Buffer.from(encodeMarshal(value, 2), 'latin1'));

test('what a runtime says is read field by field', () => {
  assert.deepEqual(news(Control.Log, { stream: 'errors', request: null, text: 'x', more: 1 }), {
    type: 'log',
    log: { stream: 'errors', request: null, text: 'x' },
  });
  assert.deepEqual(news(Control.Leaving, { reason: 'signal', script: null }), {
    type: 'leaving',
    leaving: { reason: 'signal', script: null },
  });
  assert.deepEqual(news(Control.Loaded, { script: '/a.wsgi', application_group: 'a' }), {
    type: 'loaded',
    loaded: { script: '/a.wsgi', application_group: 'a' },
  });
  const which = { script: '/a.wsgi', application_group: 'a' };
  assert.deepEqual(news(Control.Outdated, { ...which, why: 'due', stamp: '12', invented: false }), {
    type: 'outdated',
    outdated: { ...which, why: 'due', stamp: '12', invented: false },
  });
  const why = { kind: 'NameError', reason: 'no x', files: '12 /a.wsgi\n', lasting: false };
  assert.deepEqual(news(Control.ImportFailed, { ...which, ...why }), {
    type: 'import-failed',
    failed: { ...which, ...why },
  });
  assert.equal(news(99, {}), undefined);
});

test('nothing that an application writes to the connection is believed', () => {
  for (const [type, value] of [
    [Control.Log, { stream: 'errors', request: null, text: 7 }],
    [Control.Log, { stream: 'elsewhere', request: null, text: 'x' }],
    [Control.Log, ['stream']],
    [Control.Message, { level: 'info', request: { a: 1 }, text: 'x' }],
    [Control.Leaving, { reason: 'because', script: null }],
    [Control.Ready, { pid: 'one', version: '3', prefix: '/', executable: '/' }],
    [Control.BootFailed, null],
    [Control.Loaded, { script: '/a.wsgi', application_group: null }],
    [Control.Outdated, {}],
    [Control.Loading, { script: '/a.wsgi', application_group: '', stamp: 'x'.repeat(1000) }],
  ] as const)
    assert.throws(() => news(type, value as MarshalValue), RangeError);
  assert.throws(() => controlNews(Control.Log, Buffer.alloc(longestNews + 1)), RangeError);
  assert.throws(() => controlNews(Control.Log, Buffer.from('['.repeat(5), 'latin1')), RangeError);
});
