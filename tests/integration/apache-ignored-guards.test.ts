import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { moduleFile, startApache, whyNoApache } from '../support/apache.js';
import { ask } from '../support/http.js';
import { numbersFrom } from '../support/random.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { startVenvhost } from '../support/server.js';

/**
 * Hosts of random guards, most of which are not supported: what Apache does not send, --ignore-unsupported must not
 * send either. The same ones each time; VENVHOST_TEST_SEED=N makes others.
 */
const random = numbersFrom(Number(process.env['VENVHOST_TEST_SEED'] ?? 1));

const files = [
  ...['index.html', 'a/x.html', 'a/b/y.html', 'a/secret.txt', 'c/z.html', 'c/app.py'],
  ...['d/p.php', 'd/q.shtml', 'd/s.cgi'],
];
const urls = ['/', '/a', '/a/', '/a/b', '/c', '/d', '/c/app.py', '/a/secret.txt'];
const patterns = ['^/a', '^/c/', '[.]py$', '^/d/.*', 'secret', '^/$', '^/(a|c)/'];

/** By the module that Apache needs for them. */
const ofSections: Readonly<Record<string, readonly string[]>> = {
  authz_core: [
    'Require all denied',
    'Require all granted',
    'Require ip 10.0.0.0/8',
    'Require expr false',
    'SetEnvIf User-Agent . known\n<RequireAll>\nRequire all granted\nRequire not env known\n</RequireAll>',
    'SetEnvIfExpr true bad\n<RequireAll>\nRequire all granted\nRequire not env bad\n</RequireAll>',
    '<If "true">\nRequire all denied\n</If>',
    '<If "false">\nRequire all granted\n</If>\n<Else>\nRequire all denied\n</Else>',
    'ForceType application/x-httpd-php',
    'SetHandler wsgi-script',
  ],
  access_compat: [
    'Order deny,allow\nDeny from all',
    'Order allow,deny\nAllow from all',
    'Order allow,deny\nAllow from 10.1',
    'Deny from 127.0.0.1',
    '<Limit GET>\nRequire all denied\n</Limit>',
    '<LimitExcept POST>\nRequire all denied\n</LimitExcept>',
  ],
  auth_basic: [
    'AuthType Basic\nAuthName x\nAuthUserFile /dev/null\nRequire valid-user',
    'AuthType Basic\nAuthName x\nAuthUserFile /dev/null\nRequire user bob\nSatisfy any',
  ],
  ssl: ['SSLRequireSSL', 'SSLVerifyClient require', 'SSLRequire %{SSL_CIPHER_USEKEYSIZE} >= 128'],
  allowmethods: ['AllowMethods POST'],
  macro: ['Use Guard'],
  rewrite: ['RewriteEngine On\nRewriteRule ^ - [F]', 'RewriteEngine On\nRewriteRule html$ - [G]'],
  alias: ['Redirect 403 /a', 'RedirectMatch 404 [.]py$'],
  include: ['Options +Includes\nAddType text/html .shtml\nAddOutputFilter INCLUDES .shtml'],
  cgid: ['Options +ExecCGI\nAddHandler cgi-script .cgi .py'],
  status: ['SetHandler server-status'],
  headers: ['Header set X y'],
};
const ofHosts: Readonly<Record<string, readonly string[]>> = {
  alias: [
    'Redirect /a http://x.example/',
    'Redirect permanent / http://x.example/',
    'Redirect 410 /c',
    'RedirectMatch 404 secret',
    'ScriptAliasMatch "^/c/(.*)" $HERE/c/$1',
    '<IfModule mod_alias.c>\nRedirect 404 /c/app.py\n</IfModule>',
  ],
  rewrite: [
    'RewriteEngine On\nRewriteRule ^/a - [F]',
    'RewriteEngine On\nRewriteCond %{REQUEST_URI} py$\nRewriteRule ^ - [F,NC]',
    'RewriteEngine On\nRewriteRule !^/a - [G]',
    'RewriteEngine On\nRewriteRule ^/d/.* /index.html [R]',
    'RewriteEngine On\nRewriteRule secret /a/x.html [PT]',
    'RewriteEngine On\nRewriteRule ^/c - [L]',
    '<IfModule mod_rewrite.c>\nRewriteEngine On\nRewriteRule [.]py$ - [F]\n</IfModule>',
  ],
  proxy: ['ProxyPass /c http://127.0.0.1:1/'],
  remoteip: ['RemoteIPHeader X-Real'],
};

const modules = [
  ...['authn_core', 'authn_file', 'authz_user', 'auth_basic', 'allowmethods', 'headers', 'filter'],
  ...['include', 'macro', 'cgid', 'rewrite', 'status', 'remoteip', 'socache_shmcb', 'ssl', 'proxy'],
].filter(moduleFile);
const always = ['authz_core', 'access_compat', 'alias'];

function linesOf(table: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(table).flatMap(([module, lines]) =>
    always.includes(module) || modules.includes(module) ? lines : [],
  );
}

const [sectionLines, hostLines] = [linesOf(ofSections), linesOf(ofHosts)];

function host(number: number): string {
  return [
    `<VirtualHost *:*>\nServerName h${number}.test\nDocumentRoot $HERE`,
    ...several(4, () => (random() < 0.3 ? pick(hostLines) : section())),
    '</VirtualHost>',
  ].join('\n');
}

function section(): string {
  const opening = pick([
    () => `Directory $HERE${pick(['', '/a', '/a/b', '/c', '/d'])}`,
    () => `Location ${pick(urls)}`,
    () => `LocationMatch "${pick(patterns)}"`,
    () => `Files ${pick(['*.py', '*.html', 'secret.txt'])}`,
  ])();
  const text = several(2, () => pick(sectionLines)).join('\n');
  const whole = `<${opening}>\n${text}\n</${opening.split(' ')[0]}>`;
  // Files in the place of a status page whose section is skipped are files again: nobody has them there.
  return random() < 0.2 && !text.includes('server-status')
    ? `<IfModule mod_rewrite.c>\n${whole}\n</IfModule>`
    : whole;
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function several<T>(most: number, make: () => T): T[] {
  return Array.from({ length: 1 + Math.floor(random() * most) }, make);
}

test('what Apache does not send, --ignore-unsupported does not send either', {
  skip: whyNoApache() ?? false,
}, async () => {
  const here = makeReadableFolder('ig-');
  for (const name of files) {
    mkdirSync(dirname(join(here, name)), { recursive: true });
    writeFileSync(join(here, name), `SOURCE of ${name}\n`);
  }
  const hosts = Array.from({ length: 80 }, (_, number) => host(number).replaceAll('$HERE', here));
  const shared = `ServerName main.test
${modules.includes('macro') ? '<Macro Guard>\nRequire all denied\n</Macro>' : ''}
<Directory ${here}>
Require all granted
</Directory>
${hosts.join('\n')}
`;
  const file = join(here, 'site.conf');
  writeFileSync(file, `Listen 127.0.0.1:0\n${shared}`);
  const load = modules.map((name) => `LoadModule ${name}_module "${moduleFile(name)}"\n`).join('');
  const apache = await startApache(load + shared);
  try {
    const venvhost = await startVenvhost(['run', '-f', file, '--ignore-unsupported']);
    try {
      const opened: string[] = [];
      let sent = 0;
      for (const [number, text] of hosts.entries())
        for (const path of ['/', ...files.map((name) => `/${name}`)]) {
          const question = { host: `h${number}.test`, headers: { 'User-Agent': 'x' } };
          const mine = await ask(venvhost.port, path, question);
          if (mine.status !== 200) continue;
          sent++;
          const theirs = await ask(apache.port, path, question);
          if (theirs.status !== 200 || !theirs.text.includes('SOURCE'))
            opened.push(`${path}: Apache ${theirs.status}, here 200, with\n${text}`);
        }
      assert.deepEqual(opened, []);
      assert.ok(sent > hosts.length, `only ${sent} requests were answered with 200`);
    } finally {
      await venvhost.stop();
    }
  } finally {
    await apache.stop();
  }
});
