import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Control } from '../../src/protocol/control.js';
import { Failure, Frame } from '../../src/protocol/frames.js';
import { compareVersions } from '../../src/python/installed.js';
import { findPythons } from '../support/pythons.js';
import { type Daemon, type Gateway, startDaemon } from './daemon.js';

const shows = `
import os, sys, json
import mod_wsgi
count = 0
def application(environ, start_response):
    global count
    count += 1
    sys.modules.setdefault('marker_of_' + (mod_wsgi.application_group or 'main'), sys)
    start_response('200 OK', [])
    return [json.dumps({
        'pid': os.getpid(), 'group': mod_wsgi.application_group, 'count': count, 'argv': sys.argv,
        'markers': sorted(name for name in sys.modules if name.startswith('marker_of_')),
        'ours': [p for p in sys.path if 'venvhost_runtime' in p],
    }).encode()]
`;

for (const python of findPythons().filter((one) => compareVersions(one.version, '3.8') >= 0)) {
  const behaviour = (sentence: string, body: (daemon: Daemon) => Promise<void>) =>
    test(`Python ${python.version}: ${sentence}`, { timeout: 60_000 }, async () => {
      await using daemon = await startDaemon(python.executable, 3, { sub_interpreters: true });
      await body(daemon);
    });

  behaviour(
    'application groups are interpreters of one process, with modules of their own',
    async (daemon) => {
      const file = daemon.script('shows.wsgi', shows);
      const see = async (gateway: Gateway, stream: number) => {
        gateway.request(stream, { SCRIPT_FILENAME: file });
        return JSON.parse((await gateway.answer(stream)).body.toString());
      };
      const main = await daemon.connect('');
      const a = await daemon.connect('a.example|');
      const b = await daemon.connect('b.example|/app');
      const seen = [await see(main, 1), await see(a, 1), await see(b, 1), await see(a, 2)];
      assert.deepEqual(
        seen.map((one) => [one.group, one.count, one.markers]),
        [
          ['', 1, ['marker_of_main']],
          ['a.example|', 1, ['marker_of_a.example|']],
          ['b.example|/app', 1, ['marker_of_b.example|/app']],
          ['a.example|', 2, ['marker_of_a.example|']],
        ],
      );
      for (const one of seen) {
        assert.equal(one.pid, daemon.pid);
        assert.deepEqual(one.argv, ['mod_wsgi']);
        assert.deepEqual(one.ours, []);
      }
      daemon.tell(Control.Stop, { graceful: 5, stacks: false });
      assert.deepEqual(await daemon.exited, { code: 0, signal: null });
    },
  );

  behaviour('two connections for one application group share its interpreter', async (daemon) => {
    const file = daemon.script('shows.wsgi', shows);
    const first = await daemon.connect('a');
    const second = await daemon.connect('a');
    assert.notEqual(first.region, second.region);
    first.request(1, { SCRIPT_FILENAME: file });
    assert.equal(JSON.parse((await first.answer(1)).body.toString()).count, 1);
    second.request(1, { SCRIPT_FILENAME: file });
    assert.equal(JSON.parse((await second.answer(1)).body.toString()).count, 2);
  });

  behaviour(
    'what a sub-interpreter writes is in the log, and its atexit functions are called',
    async (daemon) => {
      const file = daemon.script(
        'says.wsgi',
        `
import atexit
atexit.register(lambda: print('atexit of a'))
def application(environ, start_response):
    print('hello from a')
    start_response('200 OK', [])
    return [b'x']
`,
      );
      const gateway = await daemon.connect('a');
      gateway.request(1, { SCRIPT_FILENAME: file });
      await gateway.answer(1);
      await daemon.until('the line', () =>
        daemon.logs.some((line) => line.text === 'hello from a'),
      );
      daemon.tell(Control.Stop, { graceful: 5, stacks: false });
      assert.deepEqual(await daemon.exited, { code: 0, signal: null });
      assert.ok(daemon.logs.some((line) => line.text === 'atexit of a'));
    },
  );

  behaviour(
    'a request that runs in a sub-interpreter is finished before the process goes',
    async (daemon) => {
      const go = `${daemon.folder}/go`;
      const file = daemon.script(
        'slow.wsgi',
        `
import os, time
def application(environ, start_response):
    print('begun')
    while not os.path.exists(${JSON.stringify(go)}):
        time.sleep(0.01)
    start_response('200 OK', [])
    return [b'finished']
`,
      );
      const gateway = await daemon.connect('a');
      gateway.request(1, { SCRIPT_FILENAME: file });
      await daemon.until('begun', () => daemon.logs.some((line) => line.text === 'begun'));
      daemon.tell(Control.Stop, { graceful: 20, stacks: false });
      await gateway.until('GoAway', () =>
        gateway.received.some((one) => one.kind === Frame.GoAway),
      );
      gateway.request(2, { SCRIPT_FILENAME: file });
      assert.equal((await gateway.answer(2)).end, 'refused');
      fs.writeFileSync(go, '');
      assert.equal((await gateway.answer(1)).body.toString(), 'finished');
      assert.deepEqual(await daemon.exited, { code: 0, signal: null });
    },
  );

  behaviour('a failed import in a sub-interpreter leaves the process alone', async (daemon) => {
    const file = daemon.script('broken.wsgi', 'import no_such_module_here\n');
    const gateway = await daemon.connect('a');
    gateway.request(1, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(1)).failure, Failure.Import);
    const other = await daemon.connect('b');
    other.request(1, { SCRIPT_FILENAME: daemon.script('shows.wsgi', shows) });
    assert.equal((await other.answer(1)).status, 200);
    assert.ok(!daemon.control.some((one) => one.kind === Control.Leaving));
    // What a third one has tried comes to the interpreter that asked for it.
    fs.writeFileSync(file, shows);
    fs.utimesSync(file, 1, 1);
    gateway.request(2, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(2)).end, 'refused');
    await daemon.until('another process is asked for', () =>
      daemon.control.some((one) => one.kind === Control.Outdated),
    );
    daemon.tell(Control.Tried, {
      ...{ script: file, application_group: 'a', kind: 'NameError', reason: 'no x' },
      ...{ files: `1000000 ${file}\n`, seconds: 60 },
    });
    await gateway.until('Current', () =>
      gateway.received.some((one) => one.kind === Frame.Current),
    );
    gateway.request(3, { SCRIPT_FILENAME: file });
    assert.equal((await gateway.answer(3)).failure, Failure.Import);
  });

  behaviour('without a supervisor the process goes, sub-interpreters and all', async (daemon) => {
    const gateway = await daemon.connect('a');
    gateway.request(1, { SCRIPT_FILENAME: daemon.script('shows.wsgi', shows) });
    await gateway.answer(1);
    daemon.abandon();
    await daemon.exited;
  });
}
