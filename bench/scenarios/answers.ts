import { wrk } from '../clients/wrk.js';
import { oneApplication, type Scenario, sizes } from './scenario.js';

export const json: Scenario = {
  name: 'json-10k',
  text: 'about 10 kB of JSON made for each request, 32 clients',
  primary: 'rate',
  site: oneApplication('json_10k.py', 32),
  checks: [{ path: '/', answer: /^\{"page": 1, "rows": \[.{8000,}\]\}$/ }],
  measure: ({ port }, options) => wrk({ port, clients: 32, ...options }),
};

const fields: Record<string, string> = {};
for (let number = 0; number < 40; number++)
  fields[`X-Bench-${number}`] = `the value of field number ${number}`;

export const headers: Scenario = {
  name: 'headers',
  text: '40 request headers, 20 response headers, 32 clients',
  primary: 'rate',
  site: oneApplication('headers.py', 32),
  checks: [{ path: '/', headers: fields, answer: '40\n' }],
  measure: ({ port }, options) => wrk({ port, clients: 32, headers: fields, ...options }),
};

export const django: Scenario = {
  name: 'django',
  text: 'a Django page with a template and a session, 32 clients',
  primary: 'rate',
  site: oneApplication('django_shop.py', 32),
  checks: [{ path: '/', answer: /<p>Visit 1<\/p>[\s\S]*<td>30<\/td><td>Article 29<\/td>/ }],
  measure: ({ port }, options) => wrk({ port, clients: 32, ...options }),
};

export const sleep10: Scenario = {
  name: 'sleep-10ms',
  text: `each request waits 10 ms; ${sizes.threads} threads, 64 clients: the limit is ${sizes.threads * 100}/s`,
  primary: 'rate',
  site: oneApplication('sleeps.py', 64),
  checks: [{ path: '/', answer: 'slept\n' }],
  measure: ({ port }, options) => wrk({ port, clients: 64, ...options }),
};
