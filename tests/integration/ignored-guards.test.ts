import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ask } from '../support/http.js';
import { pythonsForVenvs } from '../support/pythons.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { isEvent, startVenvhost } from '../support/server.js';

const hello = `def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'hello']
`;

/** What a URL path is guarded by in Apache; below it stands an application that lets everybody in. */
const guards: Readonly<Record<string, string>> = {
  'ssl-require': 'SSLRequireSSL',
  'client-certificate': 'SSLVerifyClient require',
  'ssl-expression': 'SSLRequire %{SSL_CIPHER_USEKEYSIZE} >= 128',
  password: 'AuthType Basic\nRequire valid-user',
  'password-by-htaccess': 'AuthType Basic',
  kerberos: 'GssapiCredStore keytab:/etc/krb5.keytab',
  firewall: 'SecRuleEngine On',
  flood: 'DOSPageCount 2',
  grid: 'GridSiteACLPath /etc/acl',
  'old-access': 'Order deny,allow\nDeny from all',
  methods: 'AllowMethods POST',
  limit: '<LimitExcept POST>\nRequire all denied\n</LimitExcept>',
  condition: '<If "true">\nRequire all denied\n</If>',
  macro: 'Use Protected',
  'proxied-program': 'SetHandler "proxy:fcgi://127.0.0.1:1"',
  unheard: 'ZqxGuard on',
  skipped: '<IfModule mod_auth_basic.c>\nAuthType Basic\nRequire valid-user\n</IfModule>',
  header: 'RequestHeader unset X-Remote-User',
};

/** Lines of the server, and the path that they guard. */
const outside: Readonly<Record<string, string>> = {
  '/forbidden/x': 'RewriteEngine On\nRewriteRule ^/forbidden - [F]',
  '/moved/x': 'Redirect 404 /moved',
  '/deep/.git/config': 'RedirectMatch 404 "/[.]git"',
  '/backend/x': 'ProxyPass /backend http://127.0.0.1:1/',
};

test('what --ignore-unsupported passes over leaves its place closed, and no program is sent as a text', async (t) => {
  if (pythonsForVenvs(1).reason) return t.skip(pythonsForVenvs(1).reason);
  const folder = makeReadableFolder('guards-');
  const www = join(folder, 'www');
  mkdirSync(www);
  writeFileSync(join(folder, 'app.wsgi'), hello);
  for (const name of ['app.py', 'app.py.txt', 'page.php', 'tool.cgi', 'page.shtml', 'page.html'])
    writeFileSync(join(www, name), 'SOURCE');
  const configuration = join(folder, 'site.conf');
  writeFileSync(
    configuration,
    [
      'Listen 127.0.0.1:0',
      'ServerName localhost',
      'WSGIDaemonProcess site threads=5',
      'WSGIProcessGroup site',
      `Alias /www "${www}"`,
      `Alias /hub "${www}/app.py"`,
      `WSGIScriptAlias / "${folder}/app.wsgi"`,
      `<Directory "${folder}">\nRequire all granted\n</Directory>`,
      `<Directory "${www}">\nAddHandler wsgi-script .py\nAddHandler cgi-script .cgi\nAddType application/x-httpd-php .php\nAddOutputFilter INCLUDES .shtml\n</Directory>`,
      '<Location /hub>\nSetHandler wsgi-script\n</Location>',
      ...Object.entries(guards).map(
        ([name, lines]) => `<Location /${name}>\n${lines}\n</Location>`,
      ),
      ...Object.values(outside),
      `<VirtualHost *:*>\nServerName plain.example\n</VirtualHost>`,
      `<VirtualHost *:*>\nServerName tls.example\nSSLEngine On\n</VirtualHost>`,
      '',
    ].join('\n'),
  );
  const server = await startVenvhost(['run', '-f', configuration, '--ignore-unsupported'], {
    // The group names no environment, so the first python3 of PATH runs it: the system's, which all can read.
    env: { ...process.env, PATH: `/usr/bin:/bin:${process.env['PATH']}` },
  });
  const say = async (path: string, host = 'plain.example') => {
    const { status, text } = await ask(server.port, path, { host });
    assert.ok(!text.includes('SOURCE') || path === '/www/page.html', `${path} shows the source`);
    return status;
  };
  try {
    assert.equal(await say('/free'), 200, 'what nothing guards');
    assert.equal(await say('/www/page.html'), 200, 'a file that is no program');
    const closed = [
      ...Object.keys(guards).map((name) => `/${name}`),
      ...Object.keys(guards).map((name) => `/${name}/below`),
      ...Object.keys(outside),
      ...['/hub', '/www/app.py', '/www/app.py.txt', '/www/page.php', '/www/tool.cgi'],
      '/www/page.shtml',
    ];
    const answers = await Promise.all(closed.map(async (path) => [path, await say(path)]));
    assert.deepEqual(
      answers.filter(([, status]) => status !== 403),
      [],
    );
    assert.equal(
      await say('/free', 'tls.example'),
      403,
      'a host for TLS does not speak plain HTTP',
    );
    const denied = await server.until(
      (line) => isEvent('request-denied')(line) && line['target'] === '/ssl-require',
      'says why it is closed',
    );
    assert.match(String(denied.msg), /closed, because SSLRequireSSL in line \d+ of .*site\.conf/);
    const program = await server.until(
      (line) => isEvent('request-failed')(line) && line['target'] === '/hub',
      'says why it is not sent',
    );
    assert.match(String(program.msg), /program by SetHandler in line \d+ of .*never sent/);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
