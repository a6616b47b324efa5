import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Control } from '../../src/protocol/control.js';
import { Failure, Frame, initialWindow, maximumHead } from '../../src/protocol/frames.js';
import { begunOffset, withdrawnOffset } from '../../src/protocol/journal.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, type Gateway, startDaemon } from './daemon.js';

const hello = `
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'Hello World!']
`;

const hangs = `
import time
def application(environ, start_response):
    print('begun')
    time.sleep(1000)
`;

interface Context {
  readonly daemon: Daemon;
  readonly gateway: Gateway;
  /** Sends one request to the script and waits for its answer. */
  ask(
    source: string,
    environ?: Record<string, string>,
    body?: Buffer,
  ): ReturnType<Gateway['answer']>;
}

for (const python of findPythons().filter(
  (one) => one.supported || one.version.startsWith('2.7'),
)) {
  const dialect = python.version.startsWith('2') ? 2 : 3;

  const behaviour = (
    sentence: string,
    body: (context: Context) => Promise<void>,
    boot: Parameters<typeof startDaemon>[2] = {},
  ) =>
    test(`Python ${python.version}: ${sentence}`, { timeout: 60_000 }, async () => {
      await using daemon = await startDaemon(python.executable, dialect, boot);
      const gateway = await daemon.connect();
      let scripts = 0;
      await body({
        daemon,
        gateway,
        ask(source, environ = {}, requestBody) {
          const stream = ++scripts;
          const file = daemon.script(`script${stream}.wsgi`, source);
          gateway.request(stream, { SCRIPT_FILENAME: file, ...environ }, requestBody);
          return gateway.answer(stream);
        },
      });
    });

  behaviour('a list of one block is one frame with its length', async ({ ask }) => {
    const answer = await ask(hello);
    assert.equal(answer.end, 'response');
    assert.equal(answer.status, 200);
    assert.equal(answer.reason, 'OK');
    assert.deepEqual(answer.headers, [
      ['Content-Type', 'text/plain'],
      ['Content-Length', '12'],
    ]);
    assert.equal(answer.body.toString(), 'Hello World!');
  });

  behaviour('headers beyond the limit are a failure of their request alone', async ({ daemon }) => {
    const file = daemon.script(
      'long.wsgi',
      `
def application(environ, start_response):
    environ['wsgi.input'].read()
    length = int(environ['QUERY_STRING'])
    start_response('200 OK', [('X-%d' % index, 'x' * 4096) for index in range(length // 4096)])
    return [b'answer']
`,
    );
    const gateway = await daemon.connect();
    gateway.request(1, { SCRIPT_FILENAME: file, QUERY_STRING: '0' }, 'open');
    gateway.request(2, { SCRIPT_FILENAME: file, QUERY_STRING: String(17 * 1024 * 1024) });
    gateway.request(3, { SCRIPT_FILENAME: file, QUERY_STRING: String(maximumHead) });
    gateway.request(4, { SCRIPT_FILENAME: file, QUERY_STRING: String(maximumHead / 2) });
    assert.equal((await gateway.answer(2)).failure, Failure.Raised);
    assert.equal((await gateway.answer(3)).failure, Failure.Raised);
    assert.equal((await gateway.answer(4)).body.toString(), 'answer');
    gateway.send(Frame.End, 1);
    assert.equal((await gateway.answer(1)).body.toString(), 'answer');
    await daemon.until('the message', () =>
      daemon.logs.some(({ text }) => text.includes('response headers must have at most 262080')),
    );
  });

  behaviour('wsgiref.validate finds nothing wrong with us', async ({ ask, daemon }) => {
    const source = `
from wsgiref.validate import validator
def inner(environ, start_response):
    body = environ['wsgi.input'].read(5) + environ['wsgi.input'].readline()
    for line in environ['wsgi.input']:
        body += line
    environ['wsgi.errors'].write('note')
    environ['wsgi.errors'].flush()
    status = '200 OK'
    write = start_response(status, [('Content-Type', 'text/plain')])
    return iter([b'got ', body])
application = validator(inner)
`;
    const answer = await ask(source, {}, Buffer.from('first line\nsecond\nthird'));
    assert.equal(
      answer.body.toString(),
      'got first line\nsecond\nthird',
      daemon.logs.map((l) => l.text).join('\n'),
    );
    await daemon.until('the note', () => daemon.logs.some((line) => line.text === 'note'));
  });

  behaviour('blocks of a generator leave as they are yielded', async ({ ask, daemon, gateway }) => {
    const go = `${daemon.folder}/go`;
    const answered = ask(`
import os, time
def application(environ, start_response):
    start_response('200 OK', [])
    yield b'one'
    while not os.path.exists(${JSON.stringify(go)}):
        time.sleep(0.01)
    yield b''
    yield b'two'
`);
    await gateway.until('the first block', () =>
      gateway.frames(1).some((one) => one.kind === Frame.Data),
    );
    fs.writeFileSync(go, '');
    const answer = await answered;
    assert.equal(answer.end, 'end');
    assert.equal(answer.body.toString(), 'onetwo');
  });

  behaviour('a thread that blocks delays no other request', async ({ daemon, gateway }) => {
    const fast = daemon.script('fast.wsgi', hello);
    // Known to be quick, so that the reading thread runs it itself; then one request blocks all the same.
    const sometimes = daemon.script(
      'sometimes.wsgi',
      `
import os, time
def application(environ, start_response):
    while environ['PATH_INFO'] == '/block' and not os.path.exists(${JSON.stringify(`${daemon.folder}/go`)}):
        time.sleep(0.01)
    start_response('200 OK', [])
    return [b'done']
`,
    );
    for (let stream = 1; stream <= 40; stream++) {
      gateway.request(stream, { SCRIPT_FILENAME: sometimes });
      await gateway.answer(stream);
    }
    gateway.socket.cork();
    gateway.request(41, { SCRIPT_FILENAME: sometimes });
    gateway.request(42, { SCRIPT_FILENAME: sometimes, PATH_INFO: '/block' });
    gateway.request(43, { SCRIPT_FILENAME: sometimes, PATH_INFO: '/block' });
    gateway.request(44, { SCRIPT_FILENAME: fast });
    gateway.socket.uncork();
    assert.equal((await gateway.answer(41)).body.toString(), 'done');
    assert.equal((await gateway.answer(44)).body.toString(), 'Hello World!');
    assert.equal(gateway.frames(42).length, 0);
    fs.writeFileSync(`${daemon.folder}/go`, '');
    assert.equal((await gateway.answer(42)).body.toString(), 'done');
    assert.equal((await gateway.answer(43)).body.toString(), 'done');
  });

  behaviour('never more requests at once than threads', async ({ daemon, gateway }) => {
    const counting = daemon.script(
      'counting.wsgi',
      `
import threading, time
lock = threading.Lock()
now = [0, 0]
def application(environ, start_response):
    with lock:
        now[0] += 1
        now[1] = max(now)
    time.sleep(0.02)
    with lock:
        now[0] -= 1
    start_response('200 OK', [])
    return [str(now[1]).encode()]
`,
    );
    for (let stream = 1; stream <= 20; stream++)
      gateway.request(stream, { SCRIPT_FILENAME: counting });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => gateway.answer(index + 1)),
    );
    assert.equal(Math.max(...answers.map((one) => Number(one.body))), 3);
  });

  behaviour('a body of many megabytes streams in under credit', async ({ daemon, gateway }) => {
    const file = daemon.script(
      'count.wsgi',
      `
def application(environ, start_response):
    total = 0
    while True:
        block = environ['wsgi.input'].read(50000)
        if not block:
            break
        total += len(block)
    start_response('200 OK', [])
    return [str(total).encode()]
`,
    );
    gateway.request(1, { SCRIPT_FILENAME: file }, 'open');
    const sent = await sendUnderCredit(gateway, 8 * 1024 * 1024);
    assert.equal((await gateway.answer(1)).body.toString(), String(sent));
  });

  behaviour('read() without a size gets more than the window', async ({ daemon, gateway }) => {
    const file = daemon.script(
      'all.wsgi',
      `
def application(environ, start_response):
    start_response('200 OK', [])
    return [str(len(environ['wsgi.input'].read())).encode()]
`,
    );
    gateway.request(1, { SCRIPT_FILENAME: file }, 'open');
    const sent = await sendUnderCredit(gateway, 1024 * 1024);
    assert.equal((await gateway.answer(1)).body.toString(), String(sent));
  });

  behaviour(
    'an answer waits for credit, and other answers do not wait for it',
    async ({ daemon, gateway }) => {
      const big = daemon.script(
        'big.wsgi',
        `
def application(environ, start_response):
    start_response('200 OK', [])
    for _ in range(40):
        yield b'x' * 30000
`,
      );
      const quick = daemon.script('quick.wsgi', hello);
      gateway.request(1, { SCRIPT_FILENAME: big });
      const length = () =>
        gateway
          .frames(1)
          .reduce((sum, one) => (one.kind === Frame.Data ? sum + one.payload.length : sum), 0);
      await gateway.until('the whole window', () => length() === initialWindow);
      gateway.request(2, { SCRIPT_FILENAME: quick });
      assert.equal((await gateway.answer(2)).body.toString(), 'Hello World!');
      assert.equal(length(), initialWindow);
      const credit = Buffer.alloc(4);
      credit.writeUInt32LE(2_000_000, 0);
      gateway.send(Frame.Credit, 1, credit);
      assert.equal((await gateway.answer(1)).body.length, 1_200_000);
    },
  );

  behaviour(
    'an exception before the head is a failure, with its traceback in the log',
    async ({ ask, daemon }) => {
      const answer = await ask(`
def application(environ, start_response):
    start_response('200 OK', [])
    raise ValueError('on purpose')
`);
      assert.equal(answer.end, 'failed');
      assert.equal(answer.failure, Failure.Raised);
      await daemon.until('the traceback', () =>
        daemon.logs.some((line) => line.text.includes('ValueError: on purpose')),
      );
      const trace = daemon.logs.find((line) => line.text.includes('on purpose'));
      assert.match(
        trace?.text ?? '',
        /^Traceback \(most recent call last\):\n {2}File ".*script1.wsgi", line 4, in application/,
      );
      assert.equal(trace?.request, 'test-request');
    },
  );

  behaviour('an exception after the first block breaks the answer off', async ({ ask }) => {
    const answer = await ask(`
def application(environ, start_response):
    start_response('200 OK', [])
    yield b'half'
    raise ValueError('on purpose')
`);
    assert.equal(answer.end, 'abort');
    assert.equal(answer.body.toString(), 'half');
  });

  for (const exception of [
    'SystemExit',
    'KeyboardInterrupt',
    'GeneratorExit',
    'StopIteration',
    'BrokenPipeError',
  ]) {
    behaviour(`${exception} in an application is a failure like any other`, async ({ ask }) => {
      const source = `
try:
    BrokenPipeError
except NameError:
    BrokenPipeError = IOError
def application(environ, start_response):
    raise ${exception}()
`;
      assert.equal((await ask(source)).failure, Failure.Raised);
      assert.equal((await ask(hello)).status, 200);
    });
  }

  behaviour(
    'exc_info replaces the head before output, and is raised again after it',
    async ({ ask }) => {
      const source = `
import sys
def application(environ, start_response):
    start_response('200 OK', [('X-First', '1')])
    try:
        raise KeyError('x')
    except KeyError:
        start_response('500 Oops', [('X-Second', '2')], sys.exc_info())
    yield b'sorry'
    try:
        raise KeyError('y')
    except KeyError:
        start_response('500 Again', [], sys.exc_info())
    yield b'never'
`;
      const answer = await ask(source);
      assert.equal(answer.reason, 'Oops');
      assert.deepEqual(answer.headers, [['X-Second', '2']]);
      assert.equal(answer.end, 'abort');
      assert.equal(answer.body.toString(), 'sorry');
    },
  );

  behaviour(
    'start_response refuses what would break the answer, in the words of mod_wsgi',
    async ({ ask }) => {
      const source = `
cases = [
    ('OK', []), ('200OK', []), ('200 OK\\r\\nX-Injected: yes', []), (200, []),
    ('200 OK', ()), ('200 OK', ['x']), ('200 OK', [('a', 'b', 'c')]), ('200 OK', [('a', 1)]),
    ('200 OK', [('', 'x')]), ('200 OK', [('X Foo', 'x')]), ('200 OK', [('X\\tFoo', 'x')]),
    ('200 OK', [('X', 'line1\\nline2')]), ('200 OK', [('X', 'nul\\0')]),
    ('200 OK', [('Content-Length', 'many')]), ('200 OK', [('Content-Length', '')]),
]
def application(environ, start_response):
    said = []
    for status, headers in cases:
        try:
            start_response(status, headers)
            said.append('accepted %r' % ((status, headers),))
        except (ValueError, TypeError) as error:
            said.append('%s: %s' % (type(error).__name__, error))
    start_response('200 OK', [])
    return ['\\n'.join(said).encode('latin-1')]
`;
      const b = dialect === 2 ? '' : 'b';
      assert.deepEqual((await ask(source)).body.toString().split('\n'), [
        `ValueError: status code must be a 3 digit integer: ${b}'OK'`,
        `ValueError: no space following status code: ${b}'200OK'`,
        `ValueError: control character in status reason phrase: ${b}'200 OK\\r\\nX-Injected: yes'`,
        'TypeError: must be str, not int',
        'TypeError: start_response() argument 2 must be list, not tuple',
        'TypeError: each header must be a 2-tuple, not str',
        'ValueError: each header must be a 2-tuple, got length 3',
        'TypeError: must be str, not int',
        'ValueError: header name is empty',
        `ValueError: space character in header name: ${b}'X Foo'`,
        `ValueError: control character in header name: ${b}'X\\tFoo'`,
        `ValueError: carriage return/line feed character in header value: ${b}'line1\\nline2'`,
        `ValueError: control character in header value: ${b}'nul\\x00'`,
        "ValueError: invalid Content-Length header value: 'many'",
        "ValueError: invalid Content-Length header value: ''",
      ]);
    },
  );

  behaviour('headers that are changed after start_response have no effect', async ({ ask }) => {
    const answer = await ask(`
def application(environ, start_response):
    headers = [('X-A', 'before')]
    start_response('200 OK', headers)
    headers[0] = ('X-A', 'after')
    return [b'x']
`);
    assert.deepEqual(answer.headers[0], ['X-A', 'before']);
  });

  behaviour(
    'a body beyond its Content-Length is cut, one that is short breaks off',
    async ({ ask, daemon }) => {
      const withLength = (length: number, result: string) => `
def application(environ, start_response):
    start_response('200 OK', [('Content-Length', '${length}')])
    return ${result}
`;
      assert.equal((await ask(withLength(3, "[b'12345']"))).body.toString(), '123');
      assert.equal(
        (await ask(withLength(3, "iter([b'12', b'345', b'6'])"))).body.toString(),
        '123',
      );
      for (const result of ["[b'12345']", "iter([b'12', b'345'])", '[]', 'iter([])']) {
        const short = await ask(withLength(9, result));
        assert.equal(short.end, 'abort', result);
      }
      await daemon.until('a warning', () =>
        daemon.messages.some((one) =>
          one.text.includes('content length mismatch, expected 3, response generated 5'),
        ),
      );
    },
  );

  behaviour('close() is called once, whatever happens', async ({ ask, daemon }) => {
    const source = `
class Result(object):
    def __init__(self, path):
        self.path = path
        self.blocks = [b'a', b'b']
    def __iter__(self):
        return self
    def __next__(self):
        if self.path == '/raise' and len(self.blocks) == 1:
            raise ValueError('on purpose')
        if not self.blocks:
            raise StopIteration
        return self.blocks.pop(0)
    next = __next__
    def close(self):
        print('closed ' + self.path)
def application(environ, start_response):
    start_response('200 OK', [('Content-Length', '1')] if environ['PATH_INFO'] == '/long' else [])
    return Result(environ['PATH_INFO'])
`;
    for (const path of ['/', '/raise', '/long']) await ask(source, { PATH_INFO: path });
    await ask(source, { PATH_INFO: '/head', REQUEST_METHOD: 'HEAD' });
    const closed = () =>
      daemon.logs.filter((line) => line.text.startsWith('closed')).map((line) => line.text);
    await daemon.until('four times', () => closed().length === 4);
    assert.deepEqual(closed().sort(), [
      'closed /',
      'closed /head',
      'closed /long',
      'closed /raise',
    ]);
  });

  behaviour('HEAD has the head of GET and no body', async ({ ask }) => {
    const answer = await ask(hello, { REQUEST_METHOD: 'HEAD' });
    assert.deepEqual(answer.headers.at(-1), ['Content-Length', '12']);
    assert.equal(answer.body.length, 0);
    const streamed = await ask(
      `
def application(environ, start_response):
    start_response('200 OK', [('X-A', '1')])
    while True:
        yield b'x' * 100000
`,
      { REQUEST_METHOD: 'HEAD' },
    );
    assert.equal(streamed.end, 'end');
    assert.equal(streamed.body.length, 0);
  });

  behaviour('write() sends at once, before what the application returns', async ({ ask }) => {
    const answer = await ask(`
def application(environ, start_response):
    write = start_response('200 OK', [])
    write(b'written ')
    return [b'returned']
`);
    assert.equal(answer.body.toString(), 'written returned');
  });

  behaviour('no output and no start_response is an error', async ({ ask }) => {
    assert.equal(
      (await ask('def application(environ, start_response):\n    return []\n')).failure,
      Failure.Raised,
    );
    assert.equal(
      (await ask("def application(environ, start_response):\n    return [b'x']\n")).failure,
      Failure.Raised,
    );
    assert.equal(
      (await ask('def application(environ, start_response):\n    return None\n')).failure,
      Failure.Raised,
    );
  });

  behaviour(
    'file_wrapper sends a file with its length, and any object with read()',
    async ({ ask, daemon }) => {
      fs.writeFileSync(`${daemon.folder}/file.bin`, Buffer.alloc(300_000, 'f'));
      const file = await ask(`
def application(environ, start_response):
    start_response('200 OK', [])
    file = open(${JSON.stringify(`${daemon.folder}/file.bin`)}, 'rb')
    file.seek(100000)
    return environ['wsgi.file_wrapper'](file, 4096)
`);
      assert.deepEqual(file.headers, [['Content-Length', '200000']]);
      assert.equal(file.body.length, 200_000);
      const short = await ask(`
import io
class OnlyRead(object):
    def __init__(self):
        self.left = [b'a', b'b']
    def read(self, size):
        return self.left.pop() if self.left else b''
def application(environ, start_response):
    start_response('200 OK', [])
    return environ['wsgi.file_wrapper'](OnlyRead())
`);
      assert.equal(short.body.toString(), 'ba');
    },
  );

  behaviour(
    'a file that is shorter than its Content-Length breaks off',
    async ({ ask, daemon }) => {
      fs.writeFileSync(`${daemon.folder}/file.bin`, 'short');
      const answer = await ask(`
def application(environ, start_response):
    start_response('200 OK', [('Content-Length', '100')])
    return environ['wsgi.file_wrapper'](open(${JSON.stringify(`${daemon.folder}/file.bin`)}, 'rb'))
`);
      assert.equal(answer.end, 'abort');
      assert.equal(answer.body.toString(), 'short');
    },
  );

  behaviour(
    'an upload that is cut raises in the application and never looks whole',
    async ({ daemon, gateway }) => {
      const file = daemon.script(
        'read.wsgi',
        `
def application(environ, start_response):
    environ['wsgi.input'].read()
    start_response('200 OK', [])
    return [b'complete']
`,
      );
      gateway.request(1, { SCRIPT_FILENAME: file }, 'open');
      gateway.send(Frame.Data, 1, Buffer.from('half'));
      gateway.send(Frame.Abort, 1);
      const answer = await gateway.answer(1);
      assert.notEqual(answer.end, 'response');
      gateway.request(2, { SCRIPT_FILENAME: file, CONTENT_LENGTH: '10' }, 'open');
      gateway.send(Frame.Data, 2, Buffer.from('half'));
      gateway.send(Frame.End, 2);
      assert.equal((await gateway.answer(2)).failure, Failure.Raised);
    },
  );

  behaviour(
    'a client that has gone ends the application within its next block',
    async ({ daemon, gateway }) => {
      const file = daemon.script(
        'endless.wsgi',
        `
def application(environ, start_response):
    start_response('200 OK', [])
    try:
        while True:
            yield b'x' * 10000
    finally:
        print('closed')
`,
      );
      gateway.request(1, { SCRIPT_FILENAME: file });
      await gateway.until('output', () => gateway.frames(1).length > 3);
      gateway.send(Frame.Abort, 1);
      assert.equal((await gateway.answer(1)).end, 'abort');
      await daemon.until('close()', () => daemon.logs.some((line) => line.text === 'closed'));
    },
  );

  behaviour(
    'a script that fails to import is executed and told once, and the process serves on',
    async ({ daemon, gateway }) => {
      const file = daemon.script('broken.wsgi', 'import no_such_module_here\n');
      gateway.request(1, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(1)).failure, Failure.Import);
      gateway.request(2, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(2)).failure, Failure.Import);
      gateway.request(3, { SCRIPT_FILENAME: daemon.script('good.wsgi', hello) });
      assert.equal((await gateway.answer(3)).status, 200);
      await daemon.until('the end of what was said', () =>
        daemon.control.some((one) => one.kind === Control.Loaded),
      );
      const tracebacks = daemon.logs.filter((line) => line.text.includes('no_such_module_here'));
      assert.equal(tracebacks.length, 1);
      assert.equal(daemon.messages.filter(({ level }) => level === 'error').length, 1);
      assert.equal(daemon.control.filter((one) => one.kind === Control.ImportFailed).length, 1);
    },
  );

  behaviour('a script with a syntax error shows its line', async ({ ask, daemon }) => {
    assert.equal((await ask('def application(:\n    pass\n')).failure, Failure.Import);
    await daemon.until('the line', () =>
      daemon.logs.some((line) => line.text.includes('def application(:')),
    );
    const text = daemon.logs.map((line) => line.text).join('\n');
    assert.doesNotMatch(text, /venvhost_runtime/);
  });

  behaviour(
    'a missing callable object and a missing script are told apart',
    async ({ daemon, gateway }) => {
      const file = daemon.script('other.wsgi', 'app = None\n');
      gateway.request(1, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(1)).failure, Failure.Callable);
      gateway.request(2, { SCRIPT_FILENAME: `${daemon.folder}/missing.wsgi` });
      assert.equal((await gateway.answer(2)).failure, Failure.Missing);
    },
  );

  behaviour('a worker that imported threading first does not hold the end up', async (context) => {
    const { ask, daemon } = context;
    await ask(`import threading\n${hello}`);
    const asked = performance.now();
    daemon.tell(Control.Stop, { graceful: 0, stacks: false });
    assert.deepEqual(await daemon.exited, { code: 0, signal: null });
    assert.ok(performance.now() - asked < 4000, 'long before shutdown-timeout');
  });

  behaviour(
    'a request that finds its script changed comes back; those after it get the old code until the process is told to stop',
    async ({ daemon, gateway }) => {
      const file = daemon.script('changing.wsgi', hello);
      gateway.request(1, { SCRIPT_FILENAME: file });
      await gateway.answer(1);
      fs.utimesSync(file, 1, 1);
      gateway.request(2, { SCRIPT_FILENAME: file, 'mod_wsgi.script_reloading': '0' });
      assert.equal((await gateway.answer(2)).end, 'response');
      gateway.request(3, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(3)).end, 'refused');
      assert.deepEqual(
        gateway.received.slice(-2).map(({ kind }) => kind),
        [Frame.Outdated, Frame.Refused],
      );
      gateway.request(4, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(4)).end, 'response');
      const late = await daemon.connect();
      await late.until('is told', () => late.received.some(({ kind }) => kind === Frame.Outdated));
      const which = { script: file, application_group: '' };
      await daemon.until('tells the supervisor', () => daemon.control.length >= 4);
      assert.deepEqual(daemon.control.slice(2), [
        { kind: Control.Loaded, value: which },
        {
          kind: Control.Outdated,
          value: { ...which, why: 'changed', stamp: '1000000', invented: false },
        },
      ]);
      daemon.tell(Control.Stop, { graceful: 20, stacks: false });
      assert.deepEqual(await daemon.exited, { code: 0, signal: null });
    },
  );

  behaviour('Stop finishes what was begun and refuses the rest', async ({ daemon, gateway }) => {
    const file = daemon.script(
      'slow.wsgi',
      `
import os, time
def application(environ, start_response):
    print('begun')
    while not os.path.exists(${JSON.stringify(`${daemon.folder}/go`)}):
        time.sleep(0.01)
    start_response('200 OK', [])
    return [b'finished']
`,
    );
    for (let stream = 1; stream <= 5; stream++) gateway.request(stream, { SCRIPT_FILENAME: file });
    await daemon.until('begun', () => countBegun(daemon) === 3);
    daemon.tell(Control.Stop, { graceful: 20, stacks: false });
    assert.equal((await gateway.answer(4)).end, 'refused');
    assert.equal((await gateway.answer(5)).end, 'refused');
    fs.writeFileSync(`${daemon.folder}/go`, '');
    for (const stream of [1, 2, 3])
      assert.equal((await gateway.answer(stream)).body.toString(), 'finished');
    assert.deepEqual(await daemon.exited, { code: 0, signal: null });
  });

  behaviour(
    'a process that does not finish in time goes all the same',
    async ({ daemon, gateway }) => {
      const file = daemon.script('hangs.wsgi', hangs);
      gateway.request(1, { SCRIPT_FILENAME: file });
      await daemon.until('begun', () => countBegun(daemon) === 1);
      daemon.tell(Control.Stop, { graceful: 0, stacks: false });
      await daemon.exited;
    },
  );

  behaviour(
    'SIGTERM is a wish to go, which applications cannot take away',
    async ({ ask, daemon }) => {
      await ask(`
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
${hello}`);
      process.kill(daemon.pid, 'SIGTERM');
      assert.deepEqual(await daemon.exited, { code: 0, signal: null });
      assert.deepEqual(daemon.control.at(-1), {
        kind: Control.Leaving,
        value: { reason: 'signal', script: null },
      });
    },
  );

  behaviour('without a supervisor the process goes at once', async ({ daemon, gateway }) => {
    const file = daemon.script('hangs.wsgi', hangs);
    gateway.request(1, { SCRIPT_FILENAME: file });
    await daemon.until('begun', () => countBegun(daemon) === 1);
    daemon.abandon();
    await daemon.exited;
  });

  behaviour(
    'the journal tells after a kill what was begun, and what was not',
    async ({ daemon, gateway }) => {
      const file = daemon.script('hangs.wsgi', hangs);
      for (let stream = 1; stream <= 5; stream++)
        gateway.request(stream, { SCRIPT_FILENAME: file });
      await daemon.until('begun', () => countBegun(daemon) === 3);
      process.kill(daemon.pid, 'SIGKILL');
      await daemon.exited;
      assert.deepEqual(
        [1, 2, 3, 4, 5].map((stream) => begun(daemon, gateway, stream)),
        [true, true, true, false, false],
      );
    },
  );

  behaviour(
    'a request that was withdrawn while the process was frozen is refused, not run',
    async ({ daemon, gateway }) => {
      const file = daemon.script('says.wsgi', `print('imported')${hello}`);
      process.kill(daemon.pid, 'SIGSTOP');
      gateway.request(7, { SCRIPT_FILENAME: file });
      const mark = Buffer.alloc(4);
      mark.writeUInt32LE(7, 0);
      const fd = fs.openSync(daemon.journal, 'r+');
      fs.writeSync(fd, mark, 0, 4, withdrawnOffset(gateway.region, 7));
      fs.closeSync(fd);
      process.kill(daemon.pid, 'SIGCONT');
      assert.equal((await gateway.answer(7)).end, 'refused');
      assert.equal(daemon.logs.length, 0);
    },
  );

  behaviour('several gateways share the threads of a process', async ({ daemon, gateway }) => {
    const file = daemon.script('hello.wsgi', hello);
    const other = await daemon.connect();
    assert.notEqual(other.region, gateway.region);
    for (let stream = 1; stream <= 20; stream++) {
      gateway.request(stream, { SCRIPT_FILENAME: file });
      other.request(stream, { SCRIPT_FILENAME: file });
    }
    for (let stream = 1; stream <= 20; stream++) {
      assert.equal((await gateway.answer(stream)).status, 200);
      assert.equal((await other.answer(stream)).status, 200);
    }
    other.socket.destroy();
    gateway.request(21, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(21)).status, 200);
  });

  behaviour('applications see mod_wsgi, and nothing of ours', async ({ ask }) => {
    const answer = await ask(`
import sys, os, json
import mod_wsgi, apache
import __main__
def application(environ, start_response):
    start_response('200 OK', [])
    return [json.dumps({
        'group': mod_wsgi.process_group, 'application': mod_wsgi.application_group,
        'threads': mod_wsgi.threads_per_process, 'version': list(mod_wsgi.version), 'apache': list(apache.version)[:2],
        'argv': sys.argv, 'path': [p for p in sys.path if 'venvhost' in p], 'main': hasattr(__main__, 'boot'),
        'name': __name__, 'stdin': sys.stdin.read(), 'data': mod_wsgi.request_data(),
        'fds': os.get_inheritable(3) if hasattr(os, 'get_inheritable') else False,
    }).encode()]
`);
    const seen = JSON.parse(answer.body.toString());
    assert.match(seen.name, /^_mod_wsgi_[0-9a-f]{32}$/);
    delete seen.name;
    assert.deepEqual(seen, {
      group: 'tests',
      application: '',
      threads: 3,
      version: [6, 0, 5],
      apache: [2, 4],
      argv: ['mod_wsgi'],
      path: [],
      main: false,
      stdin: '',
      data: {},
      fds: false,
    });
  });

  behaviour(
    'print, logging and wsgi.errors are tagged with their request',
    async ({ ask, daemon }) => {
      await ask(`
# -*- coding: utf-8 -*-
import sys, logging
logging.basicConfig()
def application(environ, start_response):
    print('printed ' + 'twice')
    sys.stderr.write('to stderr\\n')
    logging.getLogger('log').error('logged')
    environ['wsgi.errors'].write('r\\xe9sum\\xe9\\n' if str is not bytes else 'r\\xc3\\xa9sum\\xc3\\xa9\\n')
    start_response('200 OK', [])
    return []
`);
      await daemon.until('four lines', () => daemon.logs.length === 4);
      assert.deepEqual(
        daemon.logs.map(({ stream, request, text }) => [stream, request, text]),
        [
          ['stdout', 'test-request', 'printed twice'],
          ['stderr', 'test-request', 'to stderr'],
          ['stderr', 'test-request', 'ERROR:log:logged'],
          ['errors', 'test-request', 'résumé'],
        ],
      );
    },
  );

  test(`Python ${python.version}: preloaded scripts are imported before the process is ready`, {
    timeout: 60_000,
  }, async () => {
    const folder = fs.mkdtempSync('/tmp/venvhost-runtime-test-');
    const preload = (name: string, source: string) => {
      fs.writeFileSync(`${folder}/${name}`, source);
      return { script: `${folder}/${name}`, application_group: '' };
    };
    try {
      await using daemon = await startDaemon(python.executable, dialect, {
        preload: [
          preload('good.wsgi', `print('imported')${hello}`),
          preload('bad.wsgi', 'import no_such_module_here\n'),
        ],
      });
      const gateway = await daemon.connect();
      assert.equal(daemon.logs[0]?.text, 'imported');
      gateway.request(1, { SCRIPT_FILENAME: `${folder}/good.wsgi` });
      assert.equal((await gateway.answer(1)).status, 200);
      gateway.request(2, { SCRIPT_FILENAME: `${folder}/bad.wsgi` });
      assert.equal((await gateway.answer(2)).failure, Failure.Import);
      assert.equal(daemon.logs.filter((line) => line.text === 'imported').length, 1);
      assert.equal(daemon.control.filter((one) => one.kind === Control.Loading).length, 2);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  behaviour(
    'maximum-requests ends the process when it has answered that many',
    async ({ ask, daemon }) => {
      await ask(hello);
      await ask(hello);
      assert.deepEqual(await daemon.exited, { code: 0, signal: null });
      assert.deepEqual(daemon.control.at(-1)?.value, { reason: 'maximum-requests', script: null });
    },
    { maximum_requests: 2 },
  );

  behaviour('an idle process uses no processor time', async ({ ask, daemon }) => {
    await ask(hello);
    const ticks = () => {
      const fields =
        fs.readFileSync(`/proc/${daemon.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return Number(fields[11]) + Number(fields[12]);
    };
    const switches = () =>
      Number(
        /voluntary_ctxt_switches:\s+(\d+)/.exec(
          fs.readFileSync(`/proc/${daemon.pid}/status`, 'utf8'),
        )?.[1],
      );
    // The monitor goes to sleep a moment after the last request: from then on the main thread is never woken.
    let before = -1;
    let now = switches();
    const deadline = Date.now() + 10_000;
    while (before !== now && Date.now() < deadline) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 300));
      now = switches();
    }
    assert.equal(before, now);
    assert.ok(ticks() < 100);
  });
}

/** Sends the body of stream 1 as credit allows, in whole blocks; returns its length. */
async function sendUnderCredit(gateway: Gateway, length: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  const granted = () =>
    gateway
      .frames(1)
      .reduce(
        (sum, one) => (one.kind === Frame.Credit ? sum + one.payload.readUInt32LE(0) : sum),
        initialWindow,
      );
  while (sent < length) {
    await gateway.until('credit', () => granted() - sent >= block.length);
    gateway.send(Frame.Data, 1, block);
    sent += block.length;
  }
  gateway.send(Frame.End, 1);
  return sent;
}

function countBegun(daemon: Daemon): number {
  return daemon.logs.filter((line) => line.text === 'begun').length;
}

function begun(daemon: Daemon, gateway: Gateway, stream: number): boolean {
  const word = Buffer.alloc(4);
  const fd = fs.openSync(daemon.journal, 'r');
  fs.readSync(fd, word, 0, 4, begunOffset(gateway.region, stream));
  fs.closeSync(fd);
  return word.readUInt32LE(0) === stream;
}
