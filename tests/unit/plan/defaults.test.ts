import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declarations } from '../../../src/config/tables/all.js';
import { daemonOptionList } from '../../../src/config/tables/daemon-options.js';
import { planOf } from './config.js';

/** Defaults that depend on the machine or on other sections: the manual describes them in words. */
const inWords: ReadonlySet<string> = new Set([
  'GatewayUser',
  'ServerRoot',
  'ServerName',
  'ErrorLog',
  'Require',
  'WSGIPythonHome',
  'python-home',
  'user',
  'group',
  'supplementary-groups',
  'umask',
  'home',
  'locale',
]);

/** Stating nothing here, and stating the default, must come to the same plan. */
const around = (lines: string, options = '') =>
  [
    `WSGIDaemonProcess a ${options}`,
    'WSGIScriptAlias /a /srv/a.wsgi process-group=a',
    'Alias /files /srv/files',
    'CustomLog /var/log/access.log "%h %l %u %t \\"%r\\" %>s %b"',
    lines,
  ].join('\n');

for (const { name, contexts, ...declared } of declarations) {
  if (declared.default === undefined || inWords.has(name)) continue;
  test(`the default of ${name} in the manual is that of the plan`, async () => {
    const line = `${name} ${declared.default}`;
    const inFolder = !contexts.includes('server config');
    const stated = await planOf(around(inFolder ? `<Directory />\n${line}\n</Directory>` : line));
    const unstated = await planOf(around(inFolder ? '<Directory />\n</Directory>' : ''));
    assert.deepEqual(withoutPlaces(stated.plan), withoutPlaces(unstated.plan));
  });
}

for (const option of daemonOptionList) {
  if (option.default === undefined || inWords.has(option.name)) continue;
  test(`the default of ${option.name}= in the manual is that of the plan`, async () => {
    const stated = await planOf(around('', `${option.name}=${option.default}`));
    const unstated = await planOf(around(''));
    // mod_wsgi: stating processes, even as 1, says that there may be several.
    const same = option.name === 'processes' ? { multiprocess: false } : {};
    assert.deepEqual(
      withoutPlaces({ ...stated.group, ...same }),
      withoutPlaces({ ...unstated.group, ...same }),
    );
  });
}

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, found) => (key === 'at' ? undefined : found)));
}
