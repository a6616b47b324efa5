import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHead } from '../../../src/gateway/http/head.js';

const limits = { line: 8190, fields: 100, fieldSize: 8190 };

function statusOf(host: string | undefined, version = '1.1', target = '/'): number {
  const head = checkHead('GET', target, version, host === undefined ? [] : ['Host', host], limits);
  return 'status' in head ? head.status : 200;
}

/** What Apache 2.4.71 answers to each. */
const fine =
  `a a:80 a:000080 [::1] [::1]:80 a_b a. .a -a 1.2.3.4 1.2.3.4:80 1.2.3.4. 999.1.1.1 a1 1a _ a.-.b 1.2.3.a
  [ABCD::] [::ffff:1.2.3.4] example.com www.example.com:8080 ${'a'.repeat(300)}`.split(/\s+/);
const malformed =
  `a: a:x a:99999 a:65536 a:0 a:8080808080 a,b a/b a@b [::1 [::1]x ::1 a%41 a..b . .. a!b a'b a(b a=b a;b
  a$b a&b a+b a*b a~b ä a\\b a"b a<b [zz] [1.2.3.4] 1.2.3 5 1.2 1.2.3.4.5 .1.2.3 1..2.3 :80 a:80:80 [v1.a] []
  [fe80::1%25eth0] [::1%lo] [::1.2.3] [1:2:3:4:5:6:7:8:9] [::]: a:+80 a?b a#b a|b a^b a\`b a{b`.split(
    /\s+/,
  );

test('a Host header is malformed where Apache says so', () => {
  for (const host of fine) assert.equal(statusOf(host), 200, host);
  for (const host of [...malformed, 'a b', 'a\tb']) {
    assert.equal(statusOf(host), 400, host);
    assert.equal(statusOf(host, '1.0'), 400, host);
  }
});

test('an empty Host header is 400 as none is, but for HTTP/1.0 and an absolute target', () => {
  assert.equal(statusOf(''), 400);
  assert.equal(statusOf(undefined), 400);
  assert.equal(statusOf('', '1.0'), 200);
  assert.equal(statusOf(undefined, '1.0'), 200);
  assert.equal(statusOf('', '1.1', 'http://a/'), 200);
  assert.equal(statusOf('a b', '1.1', 'http://a/'), 200);
  assert.equal(statusOf(undefined, '1.1', 'http://a/'), 400);
});
