import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { ask } from '../support/http.js';
import { isEvent, type LogLine, startVenvhost } from '../support/server.js';
import { testWithPythons } from '../support/skipping.js';
import { openZoo } from '../support/zoo.js';

testWithPythons(
  'an environment that is taken away while the server runs is named in the log, and works again when it is back',
  1,
  async ([python]) => {
    const zoo = openZoo(python!);
    const root = zoo.venv();
    const configuration = zoo.site(`python-home=${root} threads=2`);
    const server = await startVenvhost([
      'run',
      ...['-f', configuration],
      ...['--listen', '127.0.0.1:0'],
    ]);
    try {
      assert.equal((await ask(server.port, '/')).status, 200);
      renameSync(root, zoo.path('away'));
      const ready = await server.until(isEvent('daemon-ready'), 'is ready');
      process.kill(ready['pid'] as number, 'SIGKILL');
      const died = await server.until(isEvent('daemon-died'), 'tells of the death');
      assert.equal(died['signal'], 'SIGKILL');
      assert.equal(died['cause'], undefined, 'neither a timeout nor the kernel killed it');
      const broken = await server.until(isEvent('group-broken'), 'tells why none comes up');
      assert.equal(broken['code'], 'home-missing', server.output());
      assert.match(String(broken.msg), /cannot run: .*does not exist.* \[home-missing\]\nhint: /s);
      assert.equal((await ask(server.port, '/')).status, 503);
      renameSync(zoo.path('away'), root);
      const again = (line: LogLine) => isEvent('daemon-ready')(line) && line !== ready;
      await server.until(again, 'comes up again');
      assert.equal((await ask(server.port, '/')).status, 200);
    } finally {
      await server.stop();
      zoo.remove();
    }
  },
);
