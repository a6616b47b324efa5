import assert from 'node:assert/strict';
import { readFileSync, utimesSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { compareVersions } from '../../src/python/installed.js';
import { ask } from '../support/http.js';
import { minor } from '../support/pythons.js';
import { isEvent } from '../support/server.js';
import { withSite } from '../support/site.js';
import { testWithPackageIndex, testWithPythons } from '../support/skipping.js';
import { makeVenv } from '../support/venvs.js';

const sleeps = `
import os, time

def application(environ, start_response):
    begun = time.time()
    if environ['QUERY_STRING'] == 'sleep':
        time.sleep(1)
    text = '%f %f %d %s' % (begun, time.time(), os.getpid(), environ['mod_wsgi.application_group'])
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [text.encode('ascii')]
`;

testWithPythons(
  'invented Host names lock no name of the configuration out',
  1,
  async ([python]) => {
    const more = () => `<VirtualHost *>
    ServerName first.example
    ServerAlias known.example
    WSGIApplicationGroup %{HOST}
</VirtualHost>`;
    await withSite(python!, { mounts: { '/': 'says-hello' }, more }, async (server) => {
      const statusOf = async (host: string) => (await ask(server.port, '/', { host })).status;
      const invented: number[] = [];
      for (let index = 0; index < 70; index++) invented.push(await statusOf(`h${index}.example`));
      assert.equal(invented.filter((status) => status === 200).length, 61);
      assert.equal(invented.at(-1), 503);
      assert.equal(await statusOf('first.example'), 200, server.output());
      assert.equal(await statusOf('known.example'), 200, server.output());
    });
  },
);

interface Slept {
  readonly begun: number;
  readonly ended: number;
  readonly pid: number;
}

testWithPythons(
  '15 threads serve 15 requests at once, and over all application groups never more',
  1,
  async ([python]) => {
    const mounts = { '/a': 'sleeps.wsgi', '/b': 'sleeps.wsgi', '/c': 'sleeps.wsgi' };
    const more = () => 'WSGIApplicationGroup %{RESOURCE}';
    const site = {
      mounts,
      more,
      group: 'processes=1 threads=15',
      files: { 'sleeps.wsgi': sleeps },
    };
    await withSite(python!, site, async (server) => {
      const slept = async (path: string): Promise<Slept> => {
        const { status, text } = await ask(server.port, path);
        assert.equal(status, 200, server.output());
        const [begun = 0, ended = 0, pid = 0] = text.split(' ').map(Number);
        return { begun, ended, pid };
      };
      // Quick ones first: for those a process may get more than it has threads.
      for (let round = 0; round < 40; round++)
        await Promise.all(Object.keys(mounts).map((path) => slept(path)));
      const before = performance.now();
      const fifteen = await Promise.all(Array.from({ length: 15 }, () => slept('/a?sleep')));
      const took = performance.now() - before;
      assert.ok(took < 8000, `15 requests of 1 s took ${Math.round(took)} ms, one by one 15 s`);
      assert.equal(atOnce(fifteen), 15);
      for (let round = 0; round < 40; round++)
        await Promise.all(Object.keys(mounts).map((path) => slept(path)));
      const paths = Object.keys(mounts).flatMap((path) =>
        Array.from({ length: 10 }, () => `${path}?sleep`),
      );
      const thirty = await Promise.all(paths.map(slept));
      assert.equal(new Set(thirty.map(({ pid }) => pid)).size, 1, 'one process');
      assert.ok(atOnce(thirty) <= 15, `${atOnce(thirty)} at the same time`);
    });
  },
);

testWithPythons(
  'a process that takes the place of another has imported what that one had, in each sub-interpreter',
  1,
  async ([python]) => {
    const timed = `
import os, time
imported = time.time()

def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [('%f %f %d' % (imported, time.time(), os.getpid())).encode('ascii')]
`;
    const site = {
      mounts: { '/a': 'a.wsgi', '/b': 'b.wsgi' },
      more: () => 'WSGIApplicationGroup %{RESOURCE}',
      files: { 'a.wsgi': timed, 'b.wsgi': timed },
    };
    await withSite(python!, site, async (server, folder) => {
      const times = async (path: string) => {
        const [imported = 0, answered = 0, pid = 0] = (await ask(server.port, path)).text
          .split(' ')
          .map(Number);
        return { imported, answered, pid };
      };
      const old = await times('/a');
      assert.equal((await times('/b')).pid, old.pid);
      utimesSync(join(folder, 'a.wsgi'), 1, 1);
      const changed = await times('/a');
      const beside = await times('/b');
      assert.notEqual(changed.pid, old.pid);
      assert.equal(beside.pid, changed.pid);
      assert.ok(beside.imported < changed.answered, 'imported before it was asked for');
    });
  },
);

function atOnce(all: readonly Slept[]): number {
  return Math.max(
    ...all.map(({ begun }) => all.filter((one) => one.begun <= begun && begun < one.ended).length),
  );
}

/** The requirement is a minute; `npm test` has less time. */
const seconds = Number(process.env['VENVHOST_LOAD_SECONDS'] ?? 10);

testWithPythons(
  'ten sub-interpreters of one process under load lose no request, and memory does not grow',
  1,
  async ([python]) => {
    const paths = Array.from({ length: 10 }, (_, index) => `/app${index}`);
    const mounts = Object.fromEntries(paths.map((path) => [path, 'sleeps.wsgi']));
    const more = () => 'WSGIApplicationGroup %{RESOURCE}';
    const site = { mounts, more, group: 'threads=15', files: { 'sleeps.wsgi': sleeps } };
    await withSite(python!, site, async (server) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 20 });
      const seen = new Set<string>();
      const ask = async (path: string) => {
        const text = await body(server.port, path, agent);
        seen.add(text.split(' ').slice(2).join(' '));
      };
      // Everything is loaded, threads are there, and allocators have what they keep.
      const warm = (await load(paths, ask, seconds)) > 0;
      assert.ok(warm);
      const ready = server.log.find(isEvent('daemon-ready'));
      const pid = ready?.['pid'] as number;
      const before = memoryOf(pid);
      const asked = await load(paths, ask, seconds);
      const after = memoryOf(pid);
      agent.destroy();
      assert.ok(asked > 100, `${asked} requests`);
      assert.equal(seen.size, 10, 'ten interpreters of one process');
      assert.ok(
        after - before < 4096,
        `${asked} requests: memory grew from ${before} kB to ${after} kB`,
      );
      assert.equal(server.log.filter(isEvent('daemon-died')).length, 0);
    });
  },
);

async function load(
  paths: readonly string[],
  ask: (path: string) => Promise<void>,
  seconds: number,
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let asked = 0;
  const client = async (index: number) => {
    for (; performance.now() < end; index++, asked++) await ask(paths[index % paths.length]!);
  };
  await Promise.all(paths.map((_, index) => client(index)));
  return asked;
}

function body(port: number, path: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${response.statusCode}`)),
      );
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** Resident memory in kB. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

const counts = `
import numpy

def application(environ, start_response):
    text = '%s %s' % (numpy.__version__, numpy.arange(10).sum())
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [text.encode('ascii')]
`;

testWithPackageIndex(
  'NumPy: its refusal of a second interpreter is told with the ways out, and each of them works',
  { oldest: '3.9' },
  async (python) => {
    const venv = await makeVenv(python, { requirements: ['numpy'] });
    const mounts = { '/a': 'counts.wsgi', '/b': 'counts.wsgi' };
    const site = (group: string, applicationGroup: string) => ({
      mounts,
      group: `${group} python-home="${venv}"`,
      more: () => `WSGIApplicationGroup ${applicationGroup}`,
      files: { 'counts.wsgi': counts },
    });
    const answers = (port: number) => Promise.all(['/a', '/b'].map((path) => ask(port, path)));
    await withSite(python, site('threads=3', '%{RESOURCE}'), async (server) => {
      const statuses = [
        (await ask(server.port, '/a')).status,
        (await ask(server.port, '/b')).status,
      ];
      if (statuses.every((status) => status === 200)) return; // this release can
      const told = await server.until(
        ({ msg = '' }) => msg.includes('does not support sub-interp'),
        'tells why',
      );
      for (const part of ['package "numpy"', '%{GLOBAL}', 'application-isolation=process'])
        assert.ok(told.msg?.includes(part), `${part} in ${told.msg}`);
      assert.equal(server.log.filter(isEvent('daemon-died')).length, 0);
      const [first, second] = await answers(server.port);
      assert.deepEqual([first!.status, second!.status], statuses, 'the first one is left alone');
    });
    for (const [group, applicationGroup] of [
      ['threads=3', '%{GLOBAL}'],
      ['threads=3 application-isolation=process', '%{RESOURCE}'],
    ] as const)
      await withSite(python, site(group, applicationGroup), async (server) => {
        for (const { status, text } of await answers(server.port)) {
          assert.equal(status, 200, server.output());
          assert.match(text, /^\d+\.\d+\.\d+ 45$/);
        }
      });
    assert.ok(compareVersions(minor(python.version), '3.9') >= 0);
  },
);
