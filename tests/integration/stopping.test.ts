import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from '../support/http.js';
import { isEvent, isRunning } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPythons } from '../support/skipping.js';

const waitsForever = `import threading

def application(environ, start_response):
    if environ['PATH_INFO'] == '/wait':
        environ['wsgi.errors'].write('waits\\n')
        threading.Event().wait()
    start_response('200 OK', [])
    return [b'']
`;

testWithPythons(
  'a stop says what it waits for, and that a second signal ends it',
  1,
  async ([python]) => {
    const site = {
      mounts: { '/': 'app.wsgi' },
      files: { 'app.wsgi': waitsForever },
      group: 'threads=2 graceful-timeout=60',
    };
    await withSite(python!, site, async (server) => {
      const answer = ask(server.port, '/wait?for=ever').catch(() => undefined);
      await server.until((line) => line.msg === 'waits', 'runs the request');
      server.signal('SIGINT');
      const line = await server.until(isEvent('gateway-draining'), 'says what it waits for');
      assert.match(
        line.msg ?? '',
        /^waiting up to 60 s for 1 request \("\/wait\?for=ever", for [\d.]+ s\); the same signal again ends it at once$/,
      );
      // One that comes within half a second counts as the same: npm and the terminal send it twice.
      // Within half a second it would count as the same one.
      await pause(600);
      server.signal('SIGINT');
      await server.until(({ msg }) => msg === 'stopping at once: got SIGINT', 'says so');
      await server.until(isEvent('server-stopped'), 'stops at once');
      await answer;
    });
  },
);

const startsOthers = `import os, subprocess, sys

def application(environ, start_response):
    apart = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)
    # As a daemon would: its parent has gone.
    orphan = subprocess.check_output([sys.executable, '-c', '''
import os, sys, time
child = os.fork()
if child:
    print(child)
    sys.stdout.flush()
    os._exit(0)
os.setsid()
os.dup2(os.open(os.devnull, os.O_RDWR), 1)
time.sleep(600)
'''])
    start_response('200 OK', [])
    return [b'%d %d' % (apart.pid, int(orphan))]
`;

testWithPythons(
  'what an application has started in sessions of its own ends with the server, and is told',
  1,
  async ([python], t) => {
    if (!existsSync('/proc/self/environ')) return t.skip('there is no /proc to find them in');
    const site = { mounts: { '/': 'app.wsgi' }, files: { 'app.wsgi': startsOthers } };
    await withSite(python!, site, async (server) => {
      const { text } = await ask(server.port, '/');
      const pids = text.split(' ').map(Number);
      assert.ok(pids.length === 2 && pids.every((pid) => isRunning(pid)), server.output());
      await server.stop();
      for (const pid of pids) {
        assert.ok(!isRunning(pid), `${pid} is left\n${server.output()}`);
        const line = server.log.find((one) => isEvent('survivor-ended')(one) && one['pid'] === pid);
        assert.match(line?.msg ?? '', /which an application had started apart from its daemon/);
      }
    });
  },
);
