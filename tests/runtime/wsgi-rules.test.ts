import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, Frame } from '../../src/protocol/frames.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, type Gateway, startDaemon } from './daemon.js';

/** What PEP 3333 says of applications, held against every Python. */

for (const python of findPythons().filter(
  (one) => one.supported || one.version.startsWith('2.7'),
)) {
  const dialect = python.version.startsWith('2') ? 2 : 3;
  const behaviour = (
    sentence: string,
    body: (daemon: Daemon, gateway: Gateway, ask: Ask) => Promise<void>,
  ) =>
    test(`Python ${python.version}: ${sentence}`, { timeout: 60_000 }, async () => {
      await using daemon = await startDaemon(python.executable, dialect);
      const gateway = await daemon.connect();
      let stream = 0;
      await body(daemon, gateway, (source, environ = {}) => {
        const file = daemon.script(`script${++stream}.wsgi`, source);
        gateway.request(stream, { SCRIPT_FILENAME: file, ...environ });
        return gateway.answer(stream);
      });
    });

  behaviour(
    'start_response() may be called again with exc_info only, also before anything has left',
    async (_daemon, _gateway, ask) => {
      const source = `
import sys
def application(environ, start_response):
    start_response('200 OK', [('X-First', '1')])
    if environ['PATH_INFO'] == '/exc_info':
        try:
            raise ValueError('on purpose')
        except ValueError:
            start_response('500 Failed', [('X-Second', '2')], sys.exc_info())
        return [b'replaced']
    try:
        start_response('201 Created', [('X-Second', '2')])
    except AssertionError as error:
        return [str(error).encode('ascii')]
    return [b'taken']
`;
      const again = await ask(source);
      assert.equal(
        again.body.toString(),
        'start_response() called more than once without exc_info',
      );
      assert.equal(again.status, 200);
      assert.deepEqual(again.headers[0], ['X-First', '1']);
      const replaced = await ask(source, { PATH_INFO: '/exc_info' });
      assert.equal(replaced.status, 500);
      assert.deepEqual(replaced.headers[0], ['X-Second', '2']);
    },
  );

  behaviour(
    'an application that yields empty blocks for ever is ended when its client is half closed',
    async (daemon, gateway) => {
      const file = daemon.script(
        'silent.wsgi',
        `
import time
def blocks(path):
    try:
        if path == '/data':
            yield b'data'
        while True:
            time.sleep(0.01)
            yield b''
    except GeneratorExit:
        print('ended ' + path)
        raise
def application(environ, start_response):
    write = start_response('200 OK', [])
    if environ['PATH_INFO'] == '/write':
        try:
            while True:
                time.sleep(0.01)
                write(b'')
        except IOError as error:
            print(str(error) + ' ' + environ['PATH_INFO'])
            raise
    return blocks(environ['PATH_INFO'])
`,
      );
      const paths = ['/', '/data', '/write'];
      for (const [index, path] of paths.entries()) {
        gateway.request(index + 1, { SCRIPT_FILENAME: file, PATH_INFO: path });
        gateway.send(Frame.HalfClosed, index + 1);
      }
      for (const index of paths.keys())
        assert.equal((await gateway.answer(index + 1)).failure, Failure.Gone);
      for (const text of ['ended /', 'ended /data', 'mod_wsgi client connection closed /write'])
        await daemon.until(text, () => daemon.logs.some((line) => line.text === text));
      assert.deepEqual(
        daemon.messages.filter(({ level }) => level === 'error'),
        [],
      );
    },
  );

  behaviour(
    'a half-closed client gets what comes between empty blocks',
    async (daemon, gateway) => {
      const file = daemon.script(
        'slow.wsgi',
        `
import time
def application(environ, start_response):
    start_response('200 OK', [])
    for count in range(6):
        for pause in range(6):
            time.sleep(0.05)
            yield b''
        yield b'data '
`,
      );
      gateway.request(1, { SCRIPT_FILENAME: file });
      gateway.send(Frame.HalfClosed, 1);
      assert.equal((await gateway.answer(1)).body.toString(), 'data '.repeat(6));
    },
  );

  behaviour(
    'wsgi.errors and the standard streams have a buffer that takes bytes, also below a TextIOWrapper',
    async (daemon, _gateway, ask) => {
      const answer = await ask(`
import io, sys
def application(environ, start_response):
    errors = environ['wsgi.errors']
    for name, stream in (('errors', errors), ('stdout', sys.stdout)):
        raw = stream.buffer
        assert raw.write(('bytes to ' + name + '\\n').encode('ascii')) > 0
        raw.writelines([b'lines to ', name.encode('ascii'), b'\\n'])
        raw.flush()
        assert raw.writable() and not raw.readable() and not raw.seekable() and not raw.closed
        text = io.TextIOWrapper(raw, encoding='utf-8', line_buffering=True)
        text.write(u'text to ' + (name if str is not bytes else name.decode('ascii')) + u' \\u20ac\\n')
        text.flush()
    assert errors.encoding == 'utf-8' and errors.writable()
    start_response('200 OK', [])
    return [b'fine']
`);
      assert.equal(answer.body.toString(), 'fine');
      for (const name of ['errors', 'stdout'])
        for (const text of [`bytes to ${name}`, `lines to ${name}`, `text to ${name} €`])
          await daemon.until(text, () =>
            daemon.logs.some(
              (line) => line.stream === name && line.text.split('\n').includes(text),
            ),
          );
    },
  );
}

type Ask = (source: string, environ?: Record<string, string>) => ReturnType<Gateway['answer']>;
