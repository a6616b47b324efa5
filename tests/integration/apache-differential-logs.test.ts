import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startApache, whyNoApache } from '../support/apache.js';
import { ask } from '../support/http.js';
import { makeReadableFolder } from '../support/run-folder.js';
import { startVenvhost } from '../support/server.js';

const configuration = (folder: string, log: string) => `
ServerName main.test
DocumentRoot "${folder}"
LogFormat "%V|%v|%p|%{canonical}p|%r|%U|%q|%{a}C|%{B}C|%{x y}C|%>s" told
CustomLog "${log}" told
<Directory />
    Require all granted
</Directory>
<Location /on>
    UseCanonicalName On
</Location>
<Location /physical>
    UseCanonicalPhysicalPort On
</Location>
`;

interface Asked {
  readonly path: string;
  readonly host?: string;
  readonly cookie?: string;
}

const requests: readonly Asked[] = [
  { path: '/f.txt', host: 'Said.test.' },
  { path: '/f.txt', host: 'said.test:99' },
  { path: '/on', host: 'said.test:99' },
  { path: '/physical', host: 'said.test' },
  { path: '/physical', host: 'said.test:99' },
  { path: 'http://absolute.test:1/f.txt?x=1', host: 'said.test' },
  { path: '/missing', host: 'said.test' },
  ...[
    'a=1',
    'A=2; b = 3 4 ;c',
    'a=1; a=2',
    ' a="x y"; b=',
    'a=b=c; b;',
    'x y=1; a="q\\"',
    'a',
    'aa=1;b=2',
    'a =; b= ',
  ].map((cookie) => ({ path: '/f.txt', cookie })),
];

test('names, ports and cookies stand in logs as Apache writes them', {
  skip: whyNoApache() ?? false,
}, async () => {
  const folder = makeReadableFolder('lg-');
  writeFileSync(join(folder, 'f.txt'), 'f\n');
  const lines = async (port: number, log: string) => {
    for (const { path, host = 'main.test', cookie } of requests)
      await ask(port, path, { host, headers: cookie === undefined ? {} : { Cookie: cookie } });
    const text = await fullLog(log, requests.length);
    return text.replaceAll(String(port), '$PORT').trimEnd().split('\n');
  };
  const there = join(folder, 'apache.log');
  const apache = await startApache(configuration(folder, there));
  const expected = await lines(apache.port, there).finally(() => apache.stop());
  const here = join(folder, 'venvhost.log');
  const file = join(folder, 'site.conf');
  writeFileSync(file, `Listen 127.0.0.1:0\n${configuration(folder, here)}`);
  const server = await startVenvhost(['run', '-f', file]);
  const actual = await lines(server.port, here).finally(() => server.stop());
  assert.deepEqual(actual, expected);
});

/** Lines are written some time after the answer. */
async function fullLog(path: string, lines: number): Promise<string> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (text.split('\n').length > lines) return text;
    if (Date.now() > deadline) throw new Error(`not ${lines} lines after 30 s:\n${text}`);
    await pause(20);
  }
}
