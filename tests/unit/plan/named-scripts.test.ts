import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNamed, namedScripts } from '../../../src/plan/named-scripts.js';
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
    'of a regular expression what begins as its target does before $1',
    `WSGIProcessGroup a
     WSGIScriptAliasMatch ^/x/([^/]+) /srv/sites/site-$1/app.wsgi
     WSGIScriptAliasMatch ^/y/(.*) /srv/y.wsgi
     WSGIScriptAliasMatch ^/z(/.*) $1`,
    ['/srv/sites/site-…', '/srv/y.wsgi…', '…'],
    [],
  ],
  [
    'what the rest of a URL makes of a target that lacks its slash',
    `WSGIProcessGroup a
     WSGIScriptAlias /w/ /srv/w.wsgi
     WSGIScriptAlias /v/ /srv/v/
     WSGIScriptAlias / /srv/a.wsgi`,
    ['/srv/v', '/srv/a.wsgi', '/srv/w.wsgi…'],
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
    const named = ['a', 'b'].map((group) => namedScripts(plan, group));
    assert.deepEqual(
      named.map(({ scripts, script_beginnings }) => [
        ...scripts,
        ...script_beginnings.map((text) => `${text}…`),
      ]),
      [a, b],
    );
  });

test('what is named is the script itself, what is below its folder, and what begins so', () => {
  const named = {
    scripts: ['/srv/a.wsgi', '/srv/folder'],
    script_beginnings: ['/srv/site-', '/srv/y.wsgi/'],
  };
  for (const path of ['/srv/a.wsgi', '/srv/folder/x/y.wsgi', '/srv/site-1/app.wsgi', '/srv/y.wsgi'])
    assert.ok(isNamed(named, path), path);
  for (const path of ['/srv/a.wsgi.bak', '/srv/folders/x', '/srv/folder/../x', '/etc/passwd', 'a'])
    assert.ok(!isNamed(named, path), path);
});
