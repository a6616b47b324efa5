import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../../../src/base/span.js';
import { startFailure } from '../../../src/cli/start-failure.js';

const at: Span = { file: 'a.conf', line: 3, column: 8, endColumn: 10, text: 'Listen 80' };
const plan = {
  listeners: [
    { port: 80, at },
    { address: '127.0.0.1', port: 8080 },
  ],
};

const cases: [string, RegExp][] = [
  [
    'cannot listen on [::]:80: permission denied',
    /\n {2}at a\.conf:3:8: Listen 80\n {2}hint: only root .*\n {8}or choose a higher port: --listen 8080\n$/,
  ],
  [
    'cannot listen on 127.0.0.1:8080: address already in use',
    /ss -ltnp 'sport = :8080'\n.*--listen 8081\n$/,
  ],
  ['cannot listen on 192.0.2.1:80: address not available', /`ip address`/],
  [
    'cannot open the log file "/var/log/blog/error.log": no such file or directory',
    /mkdir -p \/var\/log\/blog\n$/,
  ],
  ['cannot open the log file "/var/log/x": permission denied', /ErrorLog and CustomLog/],
  ['cannot write the process id to "/run/x.pid": permission denied', /PidFile/],
];
for (const [message, expected] of cases)
  test(`a start that fails names the way out: ${message}`, () => {
    const text = startFailure(new Error(message), plan, '--listen ');
    assert.ok(text.startsWith(`not started: ${message}\n`));
    assert.match(text, expected);
  });

test('a folder of sockets that cannot be made is told without codes of the system', () => {
  for (const [code, words] of [
    ['EACCES', 'permission denied'],
    ['EEXIST', 'file already exists'],
  ])
    assert.equal(
      startFailure(new Error(`${code}: ${words}, mkdir '/run/x.1.2'`), plan, '--listen '),
      `not started: cannot make the folder of the sockets, "/run/x.1.2": ${words}\n  hint: let WSGISocketPrefix name a folder that the user of venvhost can write\n`,
    );
});
