import { test } from 'node:test';
import { supervise } from './fake-daemon.js';

test('a clock that is set back by an hour does not delay the next start', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 10_000_000 });
  const { event, end } = supervise('dies');
  t.after(end);
  await event('daemon-restart-delayed');
  t.mock.timers.setTime(10_000_000 - 3_600_000);
  await event('daemon-died', 3);
});
