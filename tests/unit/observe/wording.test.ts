import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../../../src/base/events.js';
import { wordingOf } from '../../../src/observe/wording.js';

const pair = { processGroup: 'blog', applicationGroup: '' };
const request = { host: 0, client: '192.0.2.7', target: '/a', request: 'r1' };

const table: [Event, string, string][] = [
  [
    { type: 'threads-busy', ...pair, threads: 15, waiting: 4, target: '/report', seconds: 32.04 },
    'warn',
    'all 15 threads of process group "blog" have been busy for 10 s, and 4 requests wait; the oldest one, "/report", has run for 32 s\nhint: more threads= let others run meanwhile, and request-timeout= ends what hangs',
  ],
  [
    { type: 'threads-free', ...pair, seconds: 61 },
    'info',
    'a thread of process group "blog" is free again, after 61 s',
  ],
  [
    { type: 'answers-held', count: 1 },
    'warn',
    '1 answer holds its thread, because clients read slowly and as much as may be waits on disk already',
  ],
  [
    { type: 'answers-held', count: 2, failure: 'ENOSPC: no space left on device' },
    'warn',
    '2 answers hold their threads, because clients read slowly and the disk takes nothing: ENOSPC: no space left on device',
  ],
  [
    { type: 'heads-dropped', count: 3, bytes: 67_108_864 },
    'warn',
    '3 connections were closed with 408, the oldest first: request heads that were not finished held more than 64 MiB',
  ],
  [{ type: 'server-starting', version: '1.0', pid: 9 }, 'info', 'venvhost 1.0 starts as process 9'],
  [
    { type: 'server-listening', addresses: ['http://127.0.0.1:80/'] },
    'info',
    'listening on http://127.0.0.1:80/',
  ],
  [{ type: 'server-stopping', reason: 'got SIGTERM' }, 'info', 'stopping: got SIGTERM'],
  [
    { type: 'server-stopping', reason: 'got SIGINT', atOnce: true },
    'info',
    'stopping at once: got SIGINT',
  ],
  [{ type: 'server-stopped' }, 'info', 'stopped'],
  [{ type: 'server-failed', message: 'x' }, 'error', 'the server cannot go on: x'],
  [{ type: 'gateway-up', gateway: 0, pid: 3 }, 'info', 'gateway 0 is up as process 3'],
  [
    { type: 'gateway-died', gateway: 0, pid: 3, code: null, signal: 'SIGKILL', lastLines: [] },
    'error',
    'gateway 0, process 3, was ended by SIGKILL; it is started again',
  ],
  [
    { type: 'gateway-frozen', gateway: 0, pid: 3, seconds: 10 },
    'error',
    'gateway 0, process 3, has not answered for 10 s and is killed',
  ],
  [
    {
      type: 'daemon-died',
      ...pair,
      pid: 3,
      code: 113,
      signal: null,
      expected: false,
      lastLines: [],
      cause: 'descriptors-closed',
    },
    'error',
    'daemon 3 of process group "blog" ended with exit status 113: its application closed descriptors of the server, which it had not opened itself, as code does that turns a program into a daemon',
  ],
  [
    { type: 'socket-folder-removed', gone: '/run/a', path: '/run/b' },
    'warn',
    'the folder of sockets "/run/a" was removed or changed while the server runs; new processes use "/run/b"',
  ],
  [
    { type: 'signal-ignored', signal: 'SIGUSR1' },
    'warn',
    'got SIGUSR1, which means nothing here: to read the configuration again or to open other log files, restart the server',
  ],
  [
    { type: 'open-files', needed: 131, limit: 20_000 },
    'info',
    'needs 131 open files for its processes, and may have 20000',
  ],
  [
    { type: 'survivor-ended', pid: 7, command: 'sleep 600' },
    'warn',
    'process 7 ("sleep 600"), which an application had started apart from its daemon, is killed',
  ],
  [
    {
      type: 'gateway-draining',
      gateway: 0,
      pid: 3,
      requests: 3,
      oldest: [
        { target: '/a', seconds: 4.26 },
        { target: '/b', seconds: 1 },
      ],
      seconds: 15,
    },
    'info',
    'waiting up to 15 s for 3 requests ("/a", for 4.3 s; "/b", for 1 s; and 1 more); the same signal again ends it at once',
  ],
  [
    { type: 'interpreters-unavailable', processGroup: 'blog', version: '3.7.1' },
    'info',
    'Python 3.7.1 has no sub-interpreters: each application group of process group "blog" gets processes of its own',
  ],
  [
    { type: 'daemon-starting', ...pair, pid: 3 },
    'debug',
    'daemon 3 of process group "blog" is starting',
  ],
  [
    { type: 'daemon-ready', ...pair, pid: 3, version: '3.8.1', prefix: '/v', milliseconds: 20 },
    'info',
    'daemon 3 of process group "blog" is ready after 20 ms: Python 3.8.1 in /v',
  ],
  [
    {
      type: 'daemon-ready',
      ...pair,
      pid: 3,
      version: '3.8.1',
      prefix: '/v',
      milliseconds: 20,
      failedImports: 1,
    },
    'warn',
    'daemon 3 of process group "blog" runs after 20 ms, but a script could not be imported: Python 3.8.1 in /v',
  ],
  [
    {
      type: 'daemon-died',
      ...pair,
      pid: 3,
      code: 1,
      signal: null,
      expected: false,
      lastLines: ['a', 'b'],
    },
    'error',
    'daemon 3 of process group "blog" ended with exit status 1',
  ],
  [
    {
      type: 'daemon-died',
      ...pair,
      pid: 3,
      code: null,
      signal: 'SIGSEGV',
      expected: false,
      lastLines: [],
    },
    'error',
    'daemon 3 of process group "blog" was ended by SIGSEGV',
  ],
  [
    {
      type: 'daemon-died',
      ...pair,
      pid: 3,
      code: null,
      signal: 'SIGKILL',
      expected: false,
      lastLines: [],
      cause: 'out-of-memory',
    },
    'error',
    'daemon 3 of process group "blog" was ended by SIGKILL: the kernel killed it because memory was exhausted',
  ],
  [
    {
      type: 'daemon-died',
      ...pair,
      pid: 3,
      code: null,
      signal: 'SIGKILL',
      expected: false,
      lastLines: [],
      cause: 'startup-timeout',
    },
    'error',
    'daemon 3 of process group "blog" was ended by SIGKILL, because of startup-timeout',
  ],
  [
    {
      type: 'daemon-died',
      ...pair,
      pid: 3,
      code: 0,
      signal: null,
      expected: true,
      lastLines: ['x'],
    },
    'info',
    'daemon 3 of process group "blog" has ended',
  ],
  [
    {
      type: 'daemon-restarting',
      processGroup: 'blog',
      applicationGroup: 'a|/b',
      pid: 3,
      reason: 'script-changed',
      script: '/x.wsgi',
    },
    'info',
    'a successor is started for daemon 3 of process group "blog", application group "a|/b": "/x.wsgi" has changed',
  ],
  [
    {
      type: 'daemon-kept',
      processGroup: 'blog',
      applicationGroup: '',
      pid: 3,
      script: '/x.wsgi',
      reason: "name 'x' is not defined",
      serves: true,
    },
    'warn',
    '"/x.wsgi" could not be imported: daemon 3 of process group "blog" serves on with the old code (name \'x\' is not defined)\nhint: it is tried again as soon as the script, or what it imports, has changed',
  ],
  [
    {
      type: 'request-failed',
      host: 0,
      client: '10.0.0.1',
      target: '/a',
      status: 500,
      reason: 'the application raised an exception',
      request: 'r1',
      processGroup: '',
      pid: 4,
    },
    'error',
    '500 for "/a" of 10.0.0.1: the application raised an exception (embedded mode, gateway process 4)',
  ],
  [
    {
      type: 'embedded-ready',
      gateway: 0,
      pid: 4,
      version: '3.12.1',
      prefix: '/srv/venv',
      milliseconds: 40,
    },
    'info',
    'embedded mode is ready in gateway 0: Python 3.12.1 of /srv/venv, after 40 ms',
  ],
  [
    { type: 'daemon-restart-delayed', ...pair, milliseconds: 13, failures: 2 },
    'warn',
    'the next daemon of process group "blog" is started in 13 ms, after 2 failures in a row',
  ],
  [
    { type: 'daemon-restart-delayed', ...pair, milliseconds: 400, failures: 3 },
    'warn',
    'the next daemon of process group "blog" is started in 0.4 s, after 3 failures in a row',
  ],
  [
    { type: 'daemon-start-timeout', ...pair, pid: 3, seconds: 15 },
    'error',
    'daemon 3 of process group "blog" was not ready after 15 s (startup-timeout) and is killed',
  ],
  [
    { type: 'daemon-stop-timeout', ...pair, pid: 3, seconds: 5 },
    'warn',
    'daemon 3 of process group "blog" did not end within 5 s (shutdown-timeout) and is killed',
  ],
  [
    { type: 'group-broken', processGroup: 'blog', code: 'x', message: 'no venv', hint: 'make one' },
    'error',
    'process group "blog" cannot run: no venv [x]\nhint: make one',
  ],
  [
    { type: 'application-group-ended', ...pair, applicationGroup: 'x\n' },
    'info',
    'the processes of application group "x\\n" of process group "blog" end: no request needs them any more',
  ],
  [
    { type: 'application-group-refused', ...pair, applicationGroup: 'x\n', limit: 64 },
    'error',
    'no process is started for application group "x\\n": process group "blog" has 64 already',
  ],
  [
    { type: 'application-output', ...pair, pid: 3, stream: 'stdout', text: 'hello\n' },
    'info',
    'hello',
  ],
  [{ type: 'runtime-message', ...pair, pid: 3, level: 'warn', text: 'x' }, 'warn', 'x'],
  [
    { type: 'request-rejected', host: 0, client: '::1', status: 400, reason: 'two Host headers' },
    'info',
    'request of ::1 rejected with 400: two Host headers',
  ],
  [
    { type: 'request-denied', ...request, path: '/srv/a b/x.wsgi', directory: '/srv/a b' },
    'error',
    '403 for "/a" of 192.0.2.7: access to "/srv/a b/x.wsgi" is denied by the configuration; to allow it, add\n<Directory "/srv/a b">\n    Require all granted\n</Directory>',
  ],
  [
    {
      type: 'request-failed',
      ...request,
      target: '/\u001b[2J',
      status: 502,
      reason: 'it died',
      ...pair,
      pid: 3,
    },
    'error',
    '502 for "/\\u001b[2J" of 192.0.2.7: it died (process group "blog", daemon 3)',
  ],
  [
    { type: 'response-cut', ...request, reason: 'it died' },
    'error',
    'response to "/a" of 192.0.2.7 broken off: it died',
  ],
  [
    { type: 'response-truncated-to-length', host: 0, target: '/a', declared: 2, request: 'r' },
    'warn',
    'the application sent more for "/a" than its Content-Length of 2 bytes; the rest was cut',
  ],
  [
    { type: 'requests-moved', ...pair, pid: 3, count: 1, reason: 'it is silent' },
    'warn',
    '1 request was moved from daemon 3 of process group "blog" to another one: it is silent',
  ],
  [
    {
      type: 'events-repeated',
      event: 'request-failed',
      host: 0,
      processGroup: 'blog',
      reason: 'it is broken',
      count: 7,
    },
    'warn',
    '7 more within a second as told before (request-failed): it is broken (process group "blog")',
  ],
  [
    { type: 'events-dropped', count: 2 },
    'warn',
    '2 log lines were dropped: the log cannot be written as fast as lines come, or not at all',
  ],
];

for (const [event, level, text] of table)
  test(`${event.type} reads well: ${text.split('\n')[0]}`, () => {
    const wording = wordingOf(event);
    assert.equal(wording.level, level);
    assert.equal(wording.text, text);
  });

test('a path that a client made up cannot start a line of the log', () => {
  const { text } = wordingOf({
    type: 'request-denied',
    host: 0,
    client: '192.0.2.7',
    target: '/a%0Aforged/b',
    path: '/srv/a\nforged/b',
    directory: '/srv/a\nforged',
    request: 'r1',
  });
  assert.ok(
    text.split('\n').every((line) => !line.startsWith('forged')),
    text,
  );
});
