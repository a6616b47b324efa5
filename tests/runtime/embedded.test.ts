import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Event } from '../../src/base/events.js';
import type { EmbeddedPlan, MountPlan } from '../../src/plan/plan.js';
import { startGateways } from '../../src/server/gateways.js';
import { gatewayMain } from '../../src/server/package-files.js';
import { bindTcp } from '../../src/supervisor/listening-handle.js';
import { makeSocketFolder } from '../../src/supervisor/socket-folder.js';
import { ask } from '../support/http.js';
import { findPythons, type Python } from '../support/pythons.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { groupPlan, hostPlan, mountPlan, planOf, settings } from '../unit/gateway/support/plans.js';

/** Gateways of a plan with embedded mode alone, started by this test as their supervisor. */
interface Running {
  readonly folder: string;
  /** The root of the environment whose Python runs. */
  readonly home: string;
  readonly events: Event[];
  get(path: string): Promise<string>;
  script(name: string, text: string): void;
}

async function withGateway(
  python: Python,
  library: string,
  body: (running: Running) => Promise<void>,
): Promise<void> {
  const folder = makeReadableFolder('embed-');
  const { home, executable } = makeEnvironment(python, join(folder, 'venv'));
  mkdirSync(join(folder, 'lib'));
  const embedded: EmbeddedPlan = {
    ...groupPlan({ name: '', isolation: 'interpreters' }),
    python: { executable, version: python.version },
    pythonPath: [join(folder, 'lib')],
    library,
  };
  const mounts = ['main', 'sub'].map((name): MountPlan => {
    const applicationGroup = { kind: 'literal', name: name === 'main' ? '' : name } as const;
    return mountPlan(`/${name}`, join(folder, `${name}.wsgi`), { override: { applicationGroup } });
  });
  const inEmbedded = { ...settings, processGroup: { kind: 'literal', name: '' } as const };
  const plan = { ...planOf([hostPlan({ mounts, settings: inEmbedded })], []), embedded };
  const listening = bindTcp({ address: '127.0.0.1', port: 0 });
  const sockets = makeSocketFolder(join(folder, 'sockets'), undefined);
  const events: Event[] = [];
  const gateways = startGateways({
    plan,
    version: '0.0.0',
    emit: (event) => events.push(event),
    command: {
      main: gatewayMain,
      environment: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
      listeners: [listening.fd],
      logs: [],
    },
    want: () => {},
    unwant: () => {},
    overdue: () => {},
    unreachable: () => {},
    createFiles: sockets.create,
  });
  await gateways.ready;
  try {
    await body({
      folder,
      home,
      events,
      get: async (path) => (await ask(listening.address?.port ?? 0, path)).text,
      script: (name, text) => writeFileSync(join(folder, `${name}.wsgi`), text),
    });
  } finally {
    await gateways.stop(5);
    listening.close();
    sockets.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A virtual environment where the Python can make one, else the installation itself. */
function makeEnvironment(python: Python, home: string): { home: string; executable: string } {
  if (!python.venv) {
    const prefix = say(python, 'sys.prefix');
    return { home: prefix, executable: python.executable };
  }
  execFileSync(python.executable, ['-m', 'venv', '--without-pip', home]);
  return { home, executable: join(home, 'bin/python') };
}

function libraryOf(python: Python): string | undefined {
  const variable = (name: string) =>
    say(python, `__import__("sysconfig").get_config_var("${name}")`);
  const path = join(variable('LIBDIR'), variable('INSTSONAME'));
  return path.includes('.so') && existsSync(path) ? path : undefined;
}

function say(python: Python, expression: string): string {
  const code = `import sys; sys.stdout.write(str(${expression}))`;
  return execFileSync(python.executable, ['-c', code], { encoding: 'utf8' });
}

const tells = (more = '') => `
import json, os, ssl, sys
${more}
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'application/json')])
    sys.stderr.write('asked\\n')
    return [json.dumps([sys.prefix, sys.executable, sys.path[0], os.getpid(), len(sys.modules['sys'].argv),
        environ['mod_wsgi.application_group']]).encode('utf-8')]
`;

for (const python of findPythons().filter(
  (one) => one.supported || one.version.startsWith('2.7'),
)) {
  const library = libraryOf(python);
  const skip = library === undefined && `${python.executable} has no shared library here`;

  const behaviour = (sentence: string, body: (running: Running) => Promise<void>, no = skip) =>
    test(`Python ${python.version} embedded: ${sentence}`, { skip: no, timeout: 60_000 }, () =>
      withGateway(python, library ?? '', body),
    );

  behaviour('its environment is the one of its home', async (running) => {
    const { home, folder, script, get, events } = running;
    script('main', tells());
    const [prefix, executable, first, pid, argv, group] = JSON.parse(await get('/main'));
    assert.deepEqual([prefix, first, argv, group], [home, join(folder, 'lib'), 1, '']);
    assert.ok(executable.startsWith(`${home}/bin/`), executable);
    const ready = events.find((event) => event.type === 'embedded-ready');
    assert.deepEqual([ready?.pid, ready?.version, ready?.prefix], [pid, python.version, home]);
  });

  behaviour('a changed script is loaded again in place', async ({ script, get }) => {
    script('main', tells());
    await get('/main');
    script('main', tells().replace('return [', "return [b'new ' + "));
    assert.match(await get('/main'), /^new /);
  });

  behaviour('application groups are sub-interpreters', async ({ script, get, home }) => {
    script('main', tells('sys.mark = 1'));
    script('sub', tells('assert not hasattr(sys, "mark")'));
    const [main, sub] = [JSON.parse(await get('/main')), JSON.parse(await get('/sub'))];
    assert.deepEqual([sub[0], sub[3], sub[5]], [home, main[3], 'sub']);
  });

  test(`Python ${python.version} embedded: exit functions run when the server stops`, {
    skip,
    timeout: 60_000,
  }, async () => {
    const notes = makeReadableFolder('notes-');
    const note = join(notes, 'left');
    await withGateway(python, library ?? '', async ({ script, get }) => {
      script('main', tells(`import atexit\natexit.register(lambda: open('${note}', 'w').close())`));
      await get('/main');
      assert.equal(existsSync(note), false);
    });
    assert.equal(existsSync(note), true);
    rmSync(notes, { recursive: true });
  });
}
