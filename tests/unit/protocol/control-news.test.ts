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
  assert.deepEqual(news(Control.Leaving, { reason: 'import-failed', script: '/a.wsgi' }), {
    type: 'leaving',
    leaving: { reason: 'import-failed', script: '/a.wsgi' },
  });
  assert.deepEqual(news(Control.Loaded, { script: '/a.wsgi', application_group: 'a' }), {
    type: 'loaded',
    loaded: { script: '/a.wsgi', application_group: 'a' },
  });
  assert.deepEqual(news(Control.Outdated, { script: '/a.wsgi' }), {
    type: 'outdated',
    outdated: { script: '/a.wsgi' },
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
  ] as const)
    assert.throws(() => news(type, value as MarshalValue), RangeError);
  assert.throws(() => controlNews(Control.Log, Buffer.alloc(longestNews + 1)), RangeError);
  assert.throws(() => controlNews(Control.Log, Buffer.from('['.repeat(5), 'latin1')), RangeError);
});
