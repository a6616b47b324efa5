import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from './config.js';

test('a host that states nothing has the defaults of Apache 2.4 and mod_wsgi, and denies access', async () => {
  const { host } = await planOf('Listen 80\n');
  const { timeout, keepAliveTimeout, maxKeepAliveRequests, limits, settings, name, admin } = host;
  assert.deepEqual(
    { timeout, keepAliveTimeout, maxKeepAliveRequests, limits, name, admin },
    {
      timeout: 60,
      keepAliveTimeout: 5,
      maxKeepAliveRequests: 100,
      limits: { line: 8190, fields: 100, fieldSize: 8190 },
      name: 'machine.example',
      admin: '[no address given]',
    },
  );
  assert.deepEqual(settings, {
    processGroup: { kind: 'literal', name: '' },
    applicationGroup: { kind: 'resource' },
    callable: { kind: 'literal', name: 'application' },
    passAuthorization: false,
    chunkedRequest: false,
    scriptReloading: true,
    scriptExtensions: ['.wsgi', '.py'],
    limitRequestBody: 1073741824,
    access: { kind: 'denied', unstated: true },
    environment: [],
    directoryIndex: ['index.html'],
    directorySlash: true,
    followSymLinks: 'always',
    acceptPathInfo: 'default',
    canonicalName: false,
    canonicalPhysicalPort: false,
  });
});

test('KeepAlive Off closes after every response', async () => {
  const { host } = await planOf('Listen 80\nKeepAlive Off\nKeepAliveTimeout 9\n');
  assert.equal(host.keepAliveTimeout, 0);
});

test('a virtual host takes from the main server what it does not state', async () => {
  const { host } = await planOf(`
    Listen 80
    ServerName main.example
    ServerAdmin me@main.example
    Timeout 7
    DocumentRoot /srv/www
    SetEnv A main
    WSGIPassAuthorization On
    WSGIScriptAlias /main /srv/main.wsgi
    ErrorLog /var/log/error.log
    CustomLog /var/log/access.log combined
    <VirtualHost *:80>
        ServerName A.Example:8443
        ServerAlias *.A.Example
        SetEnv B own
        LimitRequestBody 10
        WSGIScriptAlias /own /srv/own.wsgi
    </VirtualHost>
  `);
  assert.equal(host.name, 'A.Example');
  assert.equal(host.port, 8443);
  assert.deepEqual(host.aliases, ['*.a.example']);
  assert.equal(host.admin, 'me@main.example');
  assert.equal(host.timeout, 7);
  assert.equal(host.documentRoot, '/srv/www');
  assert.equal(host.errorLog, 0);
  assert.equal(host.accessLogs[0]?.log, 1);
  assert.equal(host.settings.passAuthorization, true);
  assert.equal(host.settings.limitRequestBody, 10);
  assert.deepEqual(host.settings.environment, [
    { kind: 'set', name: 'A', value: 'main' },
    { kind: 'set', name: 'B', value: 'own' },
  ]);
  assert.deepEqual(
    host.mounts.map(({ url }) => url.kind === 'prefix' && url.prefix),
    ['/own', '/main'],
  );
});

test('sections are merged in the order of Apache', async () => {
  const { host } = await planOf(`
    Listen 80
    <Location /main>
    </Location>
    <Files main.wsgi>
    </Files>
    <DirectoryMatch ^/main>
    </DirectoryMatch>
    <Directory /main/long/path>
        <Files inside.wsgi>
        </Files>
    </Directory>
    <VirtualHost *:80>
        <Location /host>
        </Location>
        <FilesMatch ^host>
        </FilesMatch>
        <Directory /host/*/x/>
        </Directory>
        <Directory />
        </Directory>
        <Directory ~ ^/host>
        </Directory>
        <DirectoryMatch host>
        </DirectoryMatch>
    </VirtualHost>
  `);
  const texts = host.sections.map(({ kind, match, within }) => {
    const text =
      match.kind === 'prefix' ? match.path : match.kind === 'glob' ? match.pattern : match.source;
    return `${kind} ${match.kind} ${text}${within ? ' inside' : ''}`;
  });
  assert.deepEqual(texts, [
    'directory prefix /',
    'directory prefix /main/long/path',
    'directory glob /host/*/x/',
    'directory regex host',
    'directory regex ^/main',
    'directory regex ^/host',
    'files glob main.wsgi',
    'files regex ^host',
    'files glob inside.wsgi inside',
    'location prefix /main',
    'location prefix /host',
  ]);
});

test('PassEnv takes its value from the environment of the server, and nothing where it is unset', async () => {
  const { host } = await planOf('Listen 80\nPassEnv STAGE NOWHERE\n', {
    machine: 'environment STAGE=test',
  });
  assert.deepEqual(host.settings.environment, [{ kind: 'set', name: 'STAGE', value: 'test' }]);
});

test('networks of Require ip become CIDR', async () => {
  const { host } = await planOf(`
    Listen 80
    <Location />
        Require ip 10.1 192.168.1.7 172.16.0.0/255.240.0.0 10.0.0.0/8 fe80::/10 ::1
    </Location>
  `);
  assert.deepEqual(host.sections[0]?.settings.access, {
    kind: 'ip',
    networks: [
      '10.1.0.0/16',
      '192.168.1.7/32',
      '172.16.0.0/12',
      '10.0.0.0/8',
      'fe80::/10',
      '::1/128',
    ],
  });
});

test('options of an alias win, and its callable is taken literally', async () => {
  const { host } = await planOf(
    'Listen 80\nWSGICallableObject %{ENV:APP}\nWSGIScriptAlias / /srv/a.wsgi process-group=%{SERVER} application-group=%{GLOBAL} callable-object=main pass-authorization=On\n',
  );
  assert.deepEqual(host.settings.callable, { kind: 'env', variable: 'APP' });
  assert.deepEqual(host.mounts[0]?.override, {
    processGroup: { kind: 'server' },
    applicationGroup: { kind: 'literal', name: '' },
    callable: { kind: 'literal', name: 'main' },
    passAuthorization: true,
  });
});

test('a target is a folder of scripts when it ends in a slash or is a folder on disk', async () => {
  const { host } = await planOf(
    'Listen 80\nWSGIScriptAlias /a/ /srv/a/\nWSGIScriptAlias /b /srv/b\nWSGIScriptAlias /c /srv/c.wsgi\n',
    { machine: 'folder /srv/b' },
  );
  assert.deepEqual(
    host.mounts.map(({ folder }) => folder),
    [true, true, false],
  );
});

test('LogLevel is that of Apache, and the lines of starting are in it when unstated', async () => {
  const levels = await Promise.all(
    ['', 'LogLevel crit\n', 'LogLevel notice\n', 'LogLevel debug\n'].map(
      async (line) => (await planOf(`Listen 80\n${line}`)).plan.logLevel,
    ),
  );
  assert.deepEqual(levels, ['info', 'error', 'info', 'debug']);
});
