import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedScripts } from '../../../src/plan/named-scripts.js';
import { planOf } from './config.js';

const groups = 'Listen 80\nWSGIDaemonProcess a\nWSGIDaemonProcess b\n';

const cases: readonly (readonly [what: string, text: string, a: string[], b: string[]])[] = [
  [
    'each group its own mounts',
    `WSGIScriptAlias /a /srv/a.wsgi process-group=a
     WSGIScriptAlias /b /srv/b.wsgi process-group=b`,
    ['/srv/a.wsgi'],
    ['/srv/b.wsgi'],
  ],
  [
    'the group of a section as well as that of the host',
    `WSGIProcessGroup a
     WSGIScriptAlias / /srv/scripts/
     <Location /b>
       WSGIProcessGroup b
     </Location>`,
    ['/srv/scripts'],
    ['/srv/scripts'],
  ],
  [
    'every group where only a request tells which',
    `WSGIProcessGroup %{ENV:GROUP}
     WSGIScriptAlias / /srv/a.wsgi`,
    ['/srv/a.wsgi'],
    ['/srv/a.wsgi'],
  ],
  [
    'of a target with $1 the folder before it',
    `WSGIProcessGroup a
     WSGIScriptAliasMatch ^/x/([^/]+) /srv/sites/site-$1/app.wsgi
     WSGIScriptAliasMatch ^/y/(.*) /srv/y.wsgi
     WSGIScriptAliasMatch ^/z(/.*) $1`,
    ['/srv/sites', '/srv/y.wsgi', '/'],
    [],
  ],
  [
    'scripts that are imported at the start',
    `WSGIProcessGroup a
     WSGIScriptAlias / /srv/a.wsgi
     WSGIImportScript /srv/warm.wsgi process-group=b application-group=%{GLOBAL}`,
    ['/srv/a.wsgi'],
    ['/srv/warm.wsgi'],
  ],
  [
    'mounts of every host',
    `<VirtualHost *:80>
       ServerName a.example
       WSGIProcessGroup a
       WSGIScriptAlias / /srv/a.wsgi
     </VirtualHost>
     <VirtualHost *:80>
       ServerName b.example
       WSGIProcessGroup b
       WSGIScriptAlias / /srv/b.wsgi
     </VirtualHost>`,
    ['/srv/a.wsgi'],
    ['/srv/b.wsgi'],
  ],
];

for (const [what, text, a, b] of cases)
  test(`a process group may run ${what}`, async () => {
    const { plan } = await planOf(groups + text);
    assert.deepEqual([namedScripts(plan, 'a'), namedScripts(plan, 'b')], [a, b]);
  });
