import { wrk } from '../clients/wrk.js';
import { oneApplication, type Scenario } from './scenario.js';

export const helloCheck = { path: '/', answer: 'Hello world\n' } as const;

export const hello: readonly Scenario[] = [1, 32, 256].map((clients) => ({
  name: `hello-${clients}`,
  text: `12 bytes, ${clients} keep-alive client${clients === 1 ? '' : 's'}`,
  primary: 'rate',
  site: oneApplication('hello.py', clients),
  checks: [helloCheck],
  measure: ({ port }, options) => wrk({ port, clients, ...options }),
}));

/** wrk opens the next connection when the answer says that this one is closed. */
export const churn: Scenario = {
  name: 'churn',
  text: 'a new connection for each request, 32 clients',
  primary: 'rate',
  site: oneApplication('hello.py', 32),
  checks: [helloCheck],
  measure: ({ port }, options) =>
    wrk({ port, clients: 32, headers: { Connection: 'close' }, ...options }),
};
