import { openIdle } from '../clients/idle.js';
import { wrk } from '../clients/wrk.js';
import { helloCheck } from './hello.js';
import { oneApplication, type Scenario } from './scenario.js';

const count = 10_000;

export const idle: Scenario = {
  name: 'idle-10k',
  text: '`hello` with 32 clients while 10,000 other keep-alive connections are idle; lost ones are errors',
  primary: 'rate',
  site: oneApplication('hello.py', count + 32),
  checks: [helloCheck],
  cold: true,
  async measure({ port }, options) {
    const connections = await openIdle(port, count, options.signal);
    const load = await wrk({ port, clients: 32, ...options });
    return { ...load, errors: load.errors + (await connections.close()) };
  },
};
