import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planOf } from './config.js';

const count = 500;

test('500 hosts with 500 process groups are read and planned within 2 s', async () => {
  const hosts = Array.from(
    { length: count },
    (_, index) => `
<VirtualHost *:80>
    ServerName h${index}.example
    WSGIDaemonProcess g${index} python-home=/srv/v${index}
    WSGIProcessGroup g${index}
    WSGIScriptAlias / /srv/a${index}/app.wsgi
    Alias /static/ /srv/a${index}/static/
    <Directory /srv/a${index}>
        Require all granted
    </Directory>
</VirtualHost>`,
  );
  const machine = Array.from(
    { length: count },
    (_, index) =>
      `venv /srv/v${index} 3.11.2\nfile /srv/a${index}/app.wsgi\nfolder /srv/a${index}/static`,
  );
  // Of the processor, not of the clock: the machine may be busy.
  const begun = process.cpuUsage();
  const { plan, codes } = await planOf(`Listen 80${hosts.join('')}`, {
    machine: machine.join('\n'),
  });
  const { user, system } = process.cpuUsage(begun);
  const seconds = (user + system) / 1_000_000;
  assert.equal(plan.processGroups.length, count);
  assert.deepEqual(codes, []);
  assert.ok(seconds < 2, `${seconds} s`);
});
