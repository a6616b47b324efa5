import { wrk } from '../clients/wrk.js';
import { type Scenario, sizes } from './scenario.js';

const site = {
  mounts: [
    { url: '/slow', file: 'slow.py' },
    { url: '/', file: 'hello.py' },
  ],
  single: 'mixed.py',
  ...sizes,
  connections: 24,
};

const checks = [
  { path: '/slow', answer: 'slow\n' },
  { path: '/', answer: 'Hello world\n' },
];

/** Fewer slow clients than threads, so that a thread is always free for the fast application. */
export const mixed: Scenario = {
  name: 'mixed',
  text: 'what 8 clients of a fast application see while 12 clients use a slow one (100 ms) in the same process',
  primary: 'p99',
  site,
  checks,
  async measure({ port }, options) {
    const [fast] = await Promise.all([
      wrk({ port, clients: 8, ...options }),
      wrk({ port, path: '/slow', clients: 12, ...options }),
    ]);
    return fast;
  },
};

/** What `mixed` is compared with. */
export const alone: Scenario = {
  name: 'mixed-alone',
  text: 'the 8 clients of `mixed` without the slow application at work',
  primary: 'p99',
  site,
  checks,
  measure: ({ port }, options) => wrk({ port, clients: 8, ...options }),
};
