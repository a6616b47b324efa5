import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from './config.js';

test('a group that states nothing has the defaults', async () => {
  const { group } = await planOf('Listen 80\nWSGIDaemonProcess a\n');
  const { at, ...rest } = group;
  assert.equal(at?.line, 2);
  assert.deepEqual(rest, {
    name: 'a',
    processes: 1,
    threads: 15,
    isolation: 'interpreters',
    multiprocess: false,
    python: { executable: '/usr/bin/python3', version: '3.11.2', prefix: '/usr' },
    pythonPath: [],
    directory: '/home/tester',
    directoryStated: false,
    environment: {
      PATH: '/usr/bin:/usr/local/bin:/bin',
      HOME: '/home/tester',
      USER: 'tester',
      LOGNAME: 'tester',
      USERNAME: 'tester',
      LANG: 'C.UTF-8',
    },
    timeouts: { startup: 60, request: 0, queue: 45, graceful: 15, shutdown: 5, connect: 15 },
    maximumRequests: 0,
    queueLimit: 1000,
    preload: [],
  });
});

test('the working folder is the root for the user of the server, the own folder for other users', async () => {
  const groups =
    'WSGIDaemonProcess a\nWSGIDaemonProcess b user=alice\nWSGIDaemonProcess c user=www-data\n';
  const folders = async (text: string, machine = '') => {
    const { plan } = await planOf(text, { machine });
    return plan.processGroups.map(({ directory }) => directory);
  };
  assert.deepEqual(await folders(`Listen 80\nUser www-data\n${groups}`, 'root'), [
    '/',
    '/home/alice',
    '/',
  ]);
  assert.deepEqual(await folders(`Listen 80\n${groups}`, 'root'), ['/', '/home/alice', '/']);
  assert.deepEqual(await folders('Listen 80\nUser tester\nWSGIDaemonProcess a\n'), ['/']);
  assert.deepEqual(await folders('Listen 80\nWSGIDaemonProcess a\n'), ['/home/tester']);
});

test('stated options are in the plan', async () => {
  const { group } = await planOf(
    'Listen 80\nWSGIDaemonProcess a processes=1 threads=3 umask=0027 home=/srv/app lang=de_DE.UTF-8 locale=C.UTF-8 display-name=%{GROUP} python-home=/srv/venv python-path=/srv/lib python-eggs=/srv/eggs startup-timeout=0 queue-timeout=3 listen-backlog=7 maximum-requests=9\n',
    {
      machine:
        'venv /srv/venv 3.9.1\nfolder /srv/app\nfolder /srv/lib\nenvironment TZ=UTC\nenvironment SECRET=x',
    },
  );
  assert.equal(group.multiprocess, true);
  assert.equal(group.umask, 0o27);
  assert.equal(group.directory, '/srv/app');
  assert.equal(group.directoryStated, true);
  assert.equal(group.displayName, '(wsgi:a)');
  assert.equal(group.python.executable, '/srv/venv/bin/python');
  assert.equal(group.python.prefix, '/srv/venv');
  assert.deepEqual(group.pythonPath, ['/srv/lib']);
  assert.equal(group.timeouts.startup, 0);
  assert.equal(group.timeouts.queue, 3);
  assert.equal(group.queueLimit, 7);
  assert.equal(group.maximumRequests, 9);
  assert.deepEqual(group.environment, {
    PATH: '/srv/venv/bin:/usr/local/bin:/usr/bin:/bin',
    HOME: '/home/tester',
    USER: 'tester',
    LOGNAME: 'tester',
    USERNAME: 'tester',
    LANG: 'de_DE.UTF-8',
    LC_ALL: 'C.UTF-8',
    PYTHON_EGG_CACHE: '/srv/eggs',
    TZ: 'UTC',
  });
});

test('root switches to the user of the group, with its groups and in its own folder', async () => {
  const { group, plan } = await planOf(
    'Listen 80\nUser www-data\nWSGIDaemonProcess a user=alice\n',
    {
      machine: 'root',
    },
  );
  assert.deepEqual(group.identity, {
    user: 'alice',
    uid: 1001,
    group: 'alice',
    gid: 1001,
    groups: [1001, 50],
    homeDirectory: '/home/alice',
  });
  assert.equal(group.environment['USER'], 'alice');
  assert.equal(group.directory, '/home/alice');
  assert.equal(plan.gateways.identity?.user, 'www-data');
  assert.equal(plan.socketPrefix, '/run/venvhost');
});

test('Group of the server holds for a group with a user of its own, as in mod_wsgi', async () => {
  const { group } = await planOf(
    'Listen 80\nUser www-data\nGroup staff\nWSGIDaemonProcess a user=alice\n',
    {
      machine: 'root',
    },
  );
  assert.equal(group.identity?.gid, 50);
});

test('supplementary-groups replaces the groups of the user', async () => {
  const { group } = await planOf(
    'Listen 80\nUser www-data\nWSGIDaemonProcess a user=alice supplementary-groups=tester,#77\n',
    { machine: 'root' },
  );
  assert.deepEqual(group.identity?.groups, [1001, 1000, 77]);
});

test('a user is given as a number too, with and without an account', async () => {
  const known = await planOf('Listen 80\nWSGIDaemonProcess a user=#1001\n', { machine: 'root' });
  assert.equal(known.group.identity?.user, 'alice');
  const unknown = await planOf('Listen 80\nWSGIDaemonProcess a user=#4711\n', { machine: 'root' });
  assert.equal(unknown.group.identity?.uid, 4711);
  assert.equal(unknown.group.identity?.homeDirectory, '/');
});

test('a home folder that the user cannot enter is not worked in', async () => {
  const { group } = await planOf('Listen 80\nWSGIDaemonProcess a user=alice\n', {
    machine: 'root\nfolder /home/alice 700 0',
  });
  assert.equal(group.directory, '/');
});

test('WSGIPythonHome is the home of groups that state none, and of requests without a group', async () => {
  const { plan } = await planOf(
    'Listen 80\nWSGIPythonHome /srv/venv\nWSGIPythonPath /srv/lib\nWSGIDaemonProcess a\nWSGIScriptAlias /a /srv/a.wsgi process-group=a\nWSGIScriptAlias /b /srv/a.wsgi\n',
    { machine: 'venv /srv/venv 3.12.0\nfile /srv/a.wsgi\nfolder /srv/lib' },
  );
  assert.deepEqual(
    [...plan.processGroups, plan.embedded].map((group) => [
      group?.name,
      group?.python.version,
      group?.pythonPath,
    ]),
    [
      ['a', '3.12.0', []],
      ['', '3.12.0', ['/srv/lib']],
    ],
  );
});

test('scripts with both groups known and import scripts are loaded at start, once, in order', async () => {
  const { group } = await planOf(
    `Listen 80
WSGIDaemonProcess a
WSGIScriptAlias /one /srv/one.wsgi process-group=a application-group=%{GLOBAL} callable-object=app
WSGIImportScript /srv/two.wsgi process-group=a application-group=x
WSGIImportScript /srv/other.wsgi process-group=b application-group=x
WSGIScriptAlias /again /srv/one.wsgi process-group=a application-group=%{GLOBAL}
WSGIScriptAlias /dynamic /srv/three.wsgi process-group=a application-group=%{SERVER}
WSGIScriptAlias /unstated /srv/four.wsgi process-group=a
WSGIDaemonProcess b
`,
  );
  assert.deepEqual(group.preload, [
    { script: '/srv/one.wsgi', applicationGroup: '', callable: 'app' },
    { script: '/srv/two.wsgi', applicationGroup: 'x' },
  ]);
});

test('a group of a virtual host is for hosts of its name, and writes to its log', async () => {
  const { group, plan } = await planOf(`
    Listen 80
    ErrorLog /var/log/main.log
    <VirtualHost *:80>
        ServerName a.example
        ErrorLog /var/log/a.log
        WSGIDaemonProcess a
    </VirtualHost>
  `);
  assert.equal(group.restrictedTo, 'a.example');
  assert.equal(plan.logs[group.errorLog!], '/var/log/a.log');
});

test('options of the command line are in the plan', async () => {
  const { plan } = await planOf('Listen 80\n', {
    gateways: 3,
    listen: [{ port: 0 }],
    runtimeFolder: '/tmp/x',
  });
  assert.equal(plan.gateways.count, 3);
  assert.deepEqual(plan.listeners, [{ port: 0 }]);
  assert.equal(plan.socketPrefix, '/tmp/x/venvhost');
});

test('the plan prints as JSON and comes back', async () => {
  const { plan } = await planOf('Listen 80\nWSGIDaemonProcess a\nSetEnvIf Host ^a !X\n');
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});
