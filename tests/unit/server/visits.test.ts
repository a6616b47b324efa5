import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { reportVisits } from '../../../src/cli/visits-report.js';
import { memoryFiles } from '../../../src/config/memory.js';
import { readConfig } from '../../../src/config/read.js';
import { buildPlan } from '../../../src/plan/build.js';
import { collectFacts } from '../../../src/plan/collect-facts.js';
import { visits } from '../../../src/server/visits.js';
import { describedMachine } from '../../support/described-machine.js';

const server = `Listen 8080
ServerName www.example.com
WSGIDaemonProcess shop
WSGIProcessGroup shop
`;
const open = '<Directory HERE>\nRequire all granted\n</Directory>\n';

/** What check says at its end, with HERE for the folder of the site. */
async function said(t: TestContext, text: string, ignoreUnsupported = false): Promise<string> {
  const here = mkdtempSync(join(tmpdir(), 'venvhost-visits-'));
  t.after(() => rmSync(here, { recursive: true }));
  for (const folder of ['static', 'scripts', 'empty']) mkdirSync(join(here, folder));
  for (const file of ['app.wsgi', 'scripts/one.wsgi', 'static/a.css'])
    writeFileSync(join(here, file), '');
  const file = server + text.replaceAll('HERE', here);
  const { config } = readConfig(['/etc/app.conf'], {
    ...memoryFiles(new Map([['/etc/app.conf', file]])),
    environment: {},
    defines: new Map(),
    ignoreUnsupported,
  });
  const machine = describedMachine(
    `file ${here}/app.wsgi\nfile ${here}/scripts/one.wsgi\nfile ${here}/static/a.css\nfolder ${here}/empty\n`,
  );
  const { plan } = buildPlan(config, await collectFacts(config, machine));
  return reportVisits(visits(plan)).replaceAll(here, 'HERE');
}

const cases: readonly (readonly [title: string, text: string, wanted: string])[] = [
  [
    'an application, files and a folder of scripts',
    `Alias /static HERE/static/\nWSGIScriptAlias /all HERE/scripts/\nWSGIScriptAlias / HERE/app.wsgi\n${open}`,
    `http://www.example.com:8080/all/one.wsgi → one.wsgi in process group shop
http://www.example.com:8080/ → app.wsgi in process group shop
http://www.example.com:8080/static/a.css → file HERE/static/a.css
`,
  ],
  [
    'a stock file that denies everything',
    'WSGIScriptAlias / HERE/app.wsgi\n<Directory />\nRequire all denied\n</Directory>\n',
    'every request gets 403: the <Directory> in line 6 of /etc/app.conf lets nobody in\n',
  ],
  [
    'nothing opens the folder',
    'WSGIScriptAlias / HERE/app.wsgi\n',
    'every request gets 403: no Require opens HERE\n',
  ],
  ['nothing is mounted', '', 'every request gets 404: nothing is mounted here\n'],
  [
    'a script that does not exist',
    `WSGIScriptAlias / HERE/none.wsgi\n${open}`,
    'every request gets 404: the script does not exist: HERE/none.wsgi\n',
  ],
  [
    'some clients only',
    'WSGIScriptAlias / HERE/app.wsgi\n<Directory HERE>\n<RequireAll>\nRequire all granted\nRequire not ip 10.0.0.1\n</RequireAll>\n</Directory>\n',
    'http://www.example.com:8080/ → app.wsgi in process group shop, for those whom a Require lets in\n',
  ],
  [
    'a folder without any file, and a pattern',
    `Alias /empty HERE/empty\nWSGIScriptAliasMatch ^/(\\w+)$ HERE/$1.wsgi\n${open}`,
    `http://www.example.com:8080/empty/ → 403: a folder without an index: HERE/empty
http://www.example.com:8080 ~ ^/(\\w+)$ → HERE/$1.wsgi
`,
  ],
  [
    'more mounts than lines',
    `${Array.from({ length: 12 }, (_, index) => `WSGIScriptAlias /${index} HERE/app.wsgi\n`).join('')}${open}`,
    `${Array.from({ length: 10 }, (_, index) => `http://www.example.com:8080/${index} → app.wsgi in process group shop\n`).join('')}and 2 more URLs\n`,
  ],
  [
    'hosts by their names, where the first takes what has none',
    `<VirtualHost *:8080>\nServerName a.example\nWSGIScriptAlias / HERE/app.wsgi\n</VirtualHost>\n<VirtualHost *:8080>\nServerName b.example\nDocumentRoot HERE/static\n</VirtualHost>\n${open}`,
    `http://a.example:8080/ → app.wsgi in process group shop
http://b.example:8080/a.css → file HERE/static/a.css
`,
  ],
];

for (const [title, text, wanted] of cases)
  test(`what a visitor would get: ${title}`, async (t) => {
    assert.equal(await said(t, text), wanted);
  });

test('what a visitor would get: a place that is closed because a directive was passed over', async (t) => {
  const text = `WSGIScriptAlias / HERE/app.wsgi\n${open}SSLEngine On\n`;
  assert.equal(
    await said(t, text, true),
    'every request gets 403: closed, because SSLEngine in line 9 of /etc/app.conf may guard it and is not supported\n',
  );
});

test('what a visitor would get: nothing where what is not supported may keep everybody out', async (t) => {
  const negated = [
    'Require not expr true',
    '<RequireNone>\nRequire expr true\n</RequireNone>',
    '<RequireNone>\nRequire all granted\n</RequireNone>',
  ];
  for (const line of negated) {
    const access = `<Directory HERE>\n<RequireAll>\nRequire all granted\n${line}\n</RequireAll>\n</Directory>\n`;
    assert.equal(
      await said(t, `WSGIScriptAlias / HERE/app.wsgi\n${access}`, true),
      'every request gets 403: the <Directory> in line 6 of /etc/app.conf lets nobody in\n',
      line,
    );
  }
});

test('what a visitor would get: a pattern that is given up', async (t) => {
  const pattern = '^/(?!x)(\\w+\\s?)*$';
  const closed = `<LocationMatch "${pattern}">\nRequire all denied\n</LocationMatch>\n`;
  const text = `WSGIScriptAlias /${'a'.repeat(60)}! HERE/app.wsgi\n${open}${closed}`;
  assert.match(await said(t, text), /^every request gets 400: the pattern "\^\/\(\?!x\)/);
});
