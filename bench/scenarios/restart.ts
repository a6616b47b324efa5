import { setTimeout as sleep } from 'node:timers/promises';
import { wrk } from '../clients/wrk.js';
import { helloCheck } from './hello.js';
import { oneApplication, type Scenario } from './scenario.js';

const everySeconds = 1.5;

/** The start of the application takes 0.3 s. */
export const restart: Scenario = {
  name: 'restart',
  text: '`hello` with 32 clients while the application is loaded anew every 1.5 s',
  primary: 'p99',
  site: oneApplication('reloads.py', 32),
  checks: [helloCheck],
  reloads: true,
  async measure(server, { seconds, signal }) {
    const load = wrk({ port: server.port, clients: 32, seconds, signal });
    const over = load.then(
      () => true,
      () => true,
    );
    await sleep(500, undefined, { signal });
    do server.reload();
    while (!(await Promise.race([over, sleep(everySeconds * 1000, false)])));
    return load;
  },
};

/** What `restart` is compared with. */
export const undisturbed: Scenario = {
  ...restart,
  name: 'restart-undisturbed',
  text: 'the load of `restart` without any reload',
  measure: ({ port }, options) => wrk({ port, clients: 32, ...options }),
};
