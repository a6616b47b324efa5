import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Control } from '../../src/protocol/control.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, type Gateway, startDaemon } from './daemon.js';

/** What applications do that they should not, and what must come of it all the same. */

const hello = `
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'Hello World!']
`;

for (const python of findPythons().filter(
  (one) => one.supported || one.version.startsWith('2.7'),
)) {
  const dialect = python.version.startsWith('2') ? 2 : 3;
  const behaviour = (
    sentence: string,
    body: (daemon: Daemon, gateway: Gateway, ask: Ask) => Promise<void>,
    boot: Parameters<typeof startDaemon>[2] = {},
  ) =>
    test(`Python ${python.version}: ${sentence}`, { timeout: 30_000 }, async () => {
      await using daemon = await startDaemon(python.executable, dialect, boot);
      const gateway = await daemon.connect();
      let stream = 0;
      await body(daemon, gateway, (source, environ = {}) => {
        const file = daemon.script(`script${++stream}.wsgi`, source);
        gateway.request(stream, { SCRIPT_FILENAME: file, ...environ });
        return gateway.answer(stream);
      });
    });

  /** More requests than threads: none of them may have been lost on the way. */
  const stillServes = async (ask: Ask) => {
    for (let count = 0; count < 5; count++)
      assert.equal((await ask(hello)).body.toString(), 'Hello World!');
  };

  for (const [what, replacement] of [
    ['None', 'None'],
    ['something that raises', 'Rude()'],
    ['a closed file', 'closed'],
  ])
    behaviour(
      `standard streams that were replaced by ${what} harm nothing`,
      async (daemon, _, ask) => {
        const source = `
import io, sys
class Rude(object):
    def __getattr__(self, name):
        raise KeyError(name)
closed = io.StringIO()
closed.close()
def application(environ, start_response):
    sys.stdout = sys.stderr = ${replacement}
    if environ['PATH_INFO'] == '/raise':
        raise ValueError('seen in the log')
    start_response('200 OK', [])
    return [b'fine']
`;
        for (let count = 0; count < 4; count++) {
          assert.equal((await ask(source)).body.toString(), 'fine');
          assert.equal((await ask(source, { PATH_INFO: '/raise' })).end, 'failed');
        }
        await daemon.until('the traceback', () =>
          daemon.logs.some((line) => line.text.endsWith('ValueError: seen in the log')),
        );
        await stillServes(ask);
      },
    );

  behaviour(
    'what a stream of its own has kept is told with its request',
    async (daemon, _, ask) => {
      await ask(`
import sys
class Keeps(object):
    def __init__(self, stream):
        self.stream, self.kept = stream, ''
    def __eq__(self, other):
        raise RuntimeError('compared')
    __hash__ = None
    def write(self, text):
        self.kept += text
    def flush(self):
        kept, self.kept = self.kept, ''
        self.stream.write(kept)
sys.stdout = Keeps(sys.stdout)
def application(environ, start_response):
    sys.stdout.write('kept')
    start_response('200 OK', [])
    return [b'well']
`);
      await daemon.until('the text', () => daemon.logs.some(({ text }) => text === 'kept'));
      const [line] = daemon.logs;
      assert.equal(line?.request, 'test-request');
    },
  );

  behaviour("standard streams that were deleted are nobody's loss", async (daemon, _, ask) => {
    const answer = await ask(`
import sys
def application(environ, start_response):
    del sys.stdout
    start_response('200 OK', [])
    return [b'well']
`);
    assert.equal(answer.body.toString(), 'well');
    daemon.tell(Control.Stop, { graceful: 1, stacks: false });
    await daemon.exited;
    assert.deepEqual(daemon.logs, []);
  });

  behaviour('text of a type of its own is printed as the text it is', async (daemon, _, ask) => {
    const answer = await ask(`
import sys
text = type(u'')
class Markup(text):
    def __add__(self, other):
        return Markup(text.__add__(self, other))
    def __radd__(self, other):
        return Markup(other + text(self))
    def __str__(self):
        return self
    def __getitem__(self, key):
        return Markup(text.__getitem__(self, key))
    def rpartition(self, separator):
        return tuple(Markup(part) for part in text.rpartition(self, separator))
def application(environ, start_response):
    sys.stdout.write(Markup(u'to stdout\\n'))
    sys.stderr.write(Markup(u'to stderr'))
    environ['wsgi.errors'].write(Markup(u'to errors\\n'))
    start_response('200 OK', [])
    return [b'fine']
`);
    assert.equal(answer.body.toString(), 'fine');
    for (const text of ['to stdout', 'to stderr', 'to errors'])
      await daemon.until(text, () => daemon.logs.some((line) => line.text === text));
  });

  behaviour('output without line ends leaves in pieces', async (daemon, gateway, ask) => {
    const go = `${daemon.folder}/go`;
    const answer = ask(`
import os, sys, time
def application(environ, start_response):
    for count in range(2000):
        sys.stdout.write('x' * 100)
        environ['wsgi.errors'].write(u'y' * 100)
    while not os.path.exists(${JSON.stringify(go)}):
        time.sleep(0.01)
    start_response('200 OK', [])
    return [b'fine']
`);
    const length = (stream: string) =>
      daemon.logs
        .filter((line) => line.stream === stream)
        .reduce((sum, line) => sum + line.text.length, 0);
    await daemon.until(
      'most of it',
      () => length('stdout') > 160_000 && length('errors') > 160_000,
    );
    assert.ok(daemon.logs.every((line) => line.text.length < 40_000));
    assert.equal(gateway.frames(1).length, 0);
    fs.writeFileSync(go, '');
    await answer;
    await daemon.until(
      'all of it',
      () => length('stdout') === 200_000 && length('errors') === 200_000,
    );
  });

  behaviour(
    'a child that comes back from the application is no second server',
    async (daemon, gateway, ask) => {
      for (const inChild of ['sys.exit(3)', 'raise ValueError(1)', 'pass']) {
        const answer = await ask(`
import os, sys
def application(environ, start_response):
    child = os.fork()
    if child == 0:
        ${inChild}
    else:
        code = os.waitpid(child, 0)[1]
    start_response('200 OK', [])
    return [str(os.WEXITSTATUS(code) if child else 'child').encode('ascii')]
`);
        const codes: Record<string, string> = { 'sys.exit(3)': '3', pass: '0' };
        assert.equal(answer.body.toString(), codes[inChild] ?? '1');
      }
      await stillServes(ask);
      assert.equal(gateway.closed(), false);
      assert.deepEqual(
        daemon.logs.filter(
          (line) => line.text.includes('Error') || line.text.includes('SystemExit'),
        ),
        [],
      );
    },
  );

  behaviour('a child that yields is no second server', async (_daemon, gateway, ask) => {
    const answer = await ask(`
import os, sys
def application(environ, start_response):
    start_response('200 OK', [])
    yield b'one'
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        yield b'two'
    else:
        yield b'from the child'
`);
    assert.equal(answer.body.toString(), 'onetwo');
    await stillServes(ask);
    assert.equal(gateway.closed(), false);
  });

  behaviour('a child that stays delays no answer', async (_daemon, _gateway, ask) => {
    const answer = await ask(`
import os, time
def application(environ, start_response):
    if os.fork() == 0:
        time.sleep(1000)
    start_response('200 OK', [])
    return [b'fine']
`);
    assert.equal(answer.body.toString(), 'fine');
    await stillServes(ask);
  });

  behaviour(
    'an exception from another thread costs a request and no thread',
    async (_, _gateway, ask) => {
      const source = `
import sys
def application(environ, start_response):
    start_response('200 OK', [])
    class Result(object):
        def __iter__(self):
            return iter([b'fine'])
        def __getattribute__(self, name):
            if name == 'close':
                raise SystemExit('from close')
            return object.__getattribute__(self, name)
    return Result()
`;
      for (let count = 0; count < 4; count++) await ask(source);
      await stillServes(ask);
    },
  );

  behaviour('a reload_required() that exits harms nothing', async (_daemon, gateway, ask) => {
    await ask(`${hello}
import sys
def reload_required(path):
    sys.exit(1)
`);
    const file = `${_daemon.folder}/script1.wsgi`;
    for (let stream = 101; stream < 106; stream++) {
      gateway.request(stream, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(stream)).body.toString(), 'Hello World!');
    }
  });

  behaviour(
    'a reload_required() that blocks delays no other script',
    async (daemon, gateway, ask) => {
      const go = `${daemon.folder}/go`;
      const file = daemon.script(
        'blocks.wsgi',
        `${hello}
import os, time
def reload_required(path):
    while os.path.exists(${JSON.stringify(`${daemon.folder}/block`)}) and not os.path.exists(${JSON.stringify(go)}):
        time.sleep(0.01)
`,
      );
      // Known to be quick, so that the reading thread looks at it itself.
      for (let stream = 101; stream < 141; stream++) {
        gateway.request(stream, { SCRIPT_FILENAME: file });
        await gateway.answer(stream);
      }
      fs.writeFileSync(`${daemon.folder}/block`, '');
      gateway.request(141, { SCRIPT_FILENAME: file });
      assert.equal((await ask(hello)).body.toString(), 'Hello World!');
      fs.writeFileSync(go, '');
      assert.equal((await gateway.answer(141)).body.toString(), 'Hello World!');
    },
  );

  behaviour(
    'the end of the supervisor ends children, and a process that is frozen or locked',
    async (daemon, gateway, ask) => {
      const answer = await ask(`
import os, subprocess, sys, time
def application(environ, start_response):
    child = os.fork()
    if child == 0:
        time.sleep(1000)
    other = subprocess.Popen(['sleep', '1000'])
    start_response('200 OK', [])
    return [('%d %d' % (child, other.pid)).encode('ascii')]
`);
      const children = answer.body.toString().split(' ').map(Number);
      assert.ok(children.every(lives));
      const file = daemon.script(
        'locked.wsgi',
        `
import re
def application(environ, start_response):
    print('begun')
    re.match('(a+)+$', 'a' * 64 + 'b')
`,
      );
      gateway.request(50, { SCRIPT_FILENAME: file });
      await daemon.until('begun', () => daemon.logs.some((line) => line.text === 'begun'));
      daemon.cutLifeline();
      assert.deepEqual(await daemon.exited, { code: null, signal: 'SIGKILL' });
      const deadline = Date.now() + 2000;
      while (children.some(lives) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual(children.filter(lives), []);
    },
  );
}

type Ask = (source: string, environ?: Record<string, string>) => ReturnType<Gateway['answer']>;

/** Zombies, whose new parent has not looked yet, do not count. */
function lives(pid: number): boolean {
  try {
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
