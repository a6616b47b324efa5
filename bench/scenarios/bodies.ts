import { runOwnClient } from '../clients/run-client.js';
import { oneApplication, type Scenario } from './scenario.js';

const length = 100 * 1024 * 1024;
const clients = 2;

export const upload: Scenario = {
  name: 'upload-100m',
  text: `request bodies of 100 MiB, ${clients} clients`,
  primary: 'throughput',
  site: oneApplication('upload.py', clients),
  checks: [{ path: '/', body: Buffer.alloc(300_000), answer: '300000\n' }],
  measure: ({ port }, { seconds, signal }) =>
    runOwnClient('transfers', { port, way: 'upload', length, clients, seconds }, signal),
};

export const download: Scenario = {
  name: 'download-100m',
  text: `response bodies of 100 MiB in blocks of 64 KiB, ${clients} clients`,
  primary: 'throughput',
  site: oneApplication('download.py', clients),
  checks: [{ path: '/?300000', answer: 300_000 }],
  measure: ({ port }, { seconds, signal }) =>
    runOwnClient('transfers', { port, way: 'download', length, clients, seconds }, signal),
};

const lines = 20;

export const stream: Scenario = {
  name: 'stream',
  text: '200 clients each read 20 lines that a generator makes every 100 ms; 200 threads; times are those between lines',
  primary: 'rate',
  site: { ...oneApplication('streams.py', 200), threads: 200 },
  checks: [{ path: '/?2', answer: 'line 0\nline 1\n' }],
  measure: ({ port }, { seconds, signal }) =>
    runOwnClient('streams', { port, clients: 200, lines, seconds }, signal),
};
