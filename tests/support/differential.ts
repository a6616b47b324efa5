import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Apache, startApache, whyNoApache } from './apache.js';
import { type Answer, ask } from './http.js';
import { reachableRepository } from './reachable-repository.js';
import { makeReadableFolder } from './run-folder.js';
import { type Server, startVenvhost } from './server.js';

/**
 * The same lines given to Apache and to venvhost, and the same requests: both must answer alike.
 * Each case is a virtual host with a folder of its own; many share one start of both servers.
 */
export interface Case {
  /** A sentence about behaviour: the name of the test. */
  readonly name: string;
  /** Lines of the virtual host. `$HERE` stands for the folder of the case, which is its DocumentRoot. */
  readonly configuration: string;
  /** More files in the folder, beside `theFiles`; a name with `/` at its end is a folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly requests: readonly (string | Request)[];
  /** What of the application's environ is compared beside SCRIPT_NAME, PATH_INFO and MATCH_…. */
  readonly environ?: readonly string[];
  /** Response headers, lower case, that are compared beside Location. */
  readonly headers?: readonly string[];
}

export interface Request {
  /** `/path`, or with another method `HEAD /path`. */
  readonly ask: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The Host header; the case's own name where absent. */
  readonly host?: string;
  readonly body?: string;
  /** What venvhost answers where it differs on purpose, and why. */
  readonly here?: string;
  readonly why?: string;
}

export interface Comparison {
  /** Lines of the server scope of both, after the stock ones. */
  readonly server?: string;
  readonly cases: readonly Case[];
}

/** In the folder of every case; `app.wsgi`, `app.php` and `scripts/one.wsgi` are applications that tell their environ. */
export const theFiles: Readonly<Record<string, string>> = {
  'index.html': 'index of the root\n',
  'f.txt': 'f.txt\n',
  'sub/f.txt': 'sub/f.txt\n',
  'sub/index.html': 'index of sub\n',
  'sub/deep/g.txt': 'sub/deep/g.txt\n',
  'new/page.html': 'new/page.html\n',
};
const applications = ['app.wsgi', 'app.php', 'scripts/one.wsgi', 'scripts/below/two.wsgi'];

const stock = `
ServerName main.test
UseCanonicalName Off
WSGIProcessGroup site
WSGIApplicationGroup %{GLOBAL}
<Directory />
    Require all denied
</Directory>
`;

/** Registers one test per case; skipped with the reason where there is no Apache. */
export function compareWithApache(title: string, { server = '', cases }: Comparison): void {
  test(title, { skip: whyNoApache() ?? false }, async (t) => {
    const root = makeReadableFolder('df-');
    const script = join(await reachableRepository(), 'tests/fixtures/tells-its-environ.wsgi');
    for (const [index, one] of cases.entries()) makeFiles(folderOf(root, index), one, script);
    const shared = [
      stock,
      server.replaceAll('$HERE', root),
      ...cases.map((one, index) => virtualHost(one, index, folderOf(root, index))),
    ].join('\n');
    const apache = await startApache(shared);
    try {
      const venvhost = await startHere(root, shared);
      try {
        for (const [index, one] of cases.entries())
          await t.test(one.name, async (t) => {
            const { there, here } = await answersOf(
              one,
              index,
              folderOf(root, index),
              apache,
              venvhost,
            );
            for (const line of there) t.diagnostic(`apache: ${line}`);
            assertAlike(here, there);
          });
      } finally {
        await venvhost.stop();
      }
    } finally {
      await apache.stop();
    }
  });
}

async function startHere(root: string, shared: string): Promise<Server> {
  const file = join(root, 'venvhost.conf');
  const own = 'Listen 127.0.0.1:0\nWSGIDaemonProcess site threads=4\n';
  writeFileSync(file, `${own}${shared}`);
  return startVenvhost(['run', '-f', file], {
    // The group names no environment, so the first python3 of PATH runs it: the system's, which all can read.
    env: { ...process.env, PATH: `/usr/bin:/bin:${process.env['PATH']}` },
  });
}

function folderOf(root: string, index: number): string {
  return join(root, `case${index}`, 'root');
}

function makeFiles(folder: string, { files = {} }: Case, script: string): void {
  for (const [name, text] of Object.entries({ ...theFiles, ...files })) {
    const path = join(folder, name);
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (!name.endsWith('/')) writeFileSync(path, text);
  }
  for (const name of applications) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(script, join(folder, name));
  }
}

function virtualHost({ configuration }: Case, index: number, folder: string): string {
  return `<VirtualHost *>
ServerName ${nameOf(index)}
DocumentRoot "${folder}"
${configuration.trim().replaceAll('$HERE', folder)}
</VirtualHost>`;
}

function nameOf(index: number): string {
  return `case${index}.test`;
}

/** The lines that both sides said to the requests of a case. */
async function answersOf(
  one: Case,
  index: number,
  folder: string,
  apache: Apache,
  venvhost: Server,
): Promise<{ there: string[]; here: string[] }> {
  const [there, here]: [string[], string[]] = [[], []];
  for (const request of one.requests) {
    const asked = typeof request === 'string' ? { ask: request } : request;
    const tell = (port: number) => observe(one, index, folder, asked, port);
    const [theirs, ours] = await Promise.all([tell(apache.port), tell(venvhost.port)]);
    if (asked.here !== undefined && theirs === asked.here)
      there.push(`${asked.ask} -> answers as venvhost does, against: ${asked.why}`);
    else there.push(`${asked.ask} -> ${asked.here ?? theirs}`);
    here.push(`${asked.ask} -> ${ours}`);
  }
  return { there, here };
}

function assertAlike(here: readonly string[], there: readonly string[]): void {
  const differences = there.flatMap((line, at) =>
    line === here[at] ? [] : [`apache:   ${line}`, `venvhost: ${here[at]}`],
  );
  assert.equal(differences.length, 0, `not as Apache answers:\n${differences.join('\n')}`);
}

/** An answer in one line: what two servers must agree in. */
async function observe(
  one: Case,
  index: number,
  folder: string,
  { ask: text, headers = {}, host = nameOf(index), body }: Request,
  port: number,
): Promise<string> {
  const [, method = 'GET', target = '/'] = /^(?:([A-Z]+) )?(.*)$/s.exec(text) ?? [];
  let answer: Answer;
  try {
    const name = host.replaceAll('$PORT', String(port));
    answer = await ask(port, target, {
      method,
      headers,
      host: name,
      ...(body !== undefined && { body }),
    });
  } catch (error) {
    return `no answer: ${(error as Error).message}`;
  }
  const parts = [
    String(answer.status),
    ...locationOf(answer, host),
    ...(one.headers ?? []).map((name) => `${name}: ${answer.headers[name] ?? '-'}`),
    ...contentOf(answer, one.environ ?? []),
  ];
  return parts.join(' | ').replaceAll(folder, '$HERE').replaceAll(String(port), '$PORT');
}

/** Apache completes it with scheme and host, which leads to the same place. */
function locationOf({ headers }: Answer, host: string): string[] {
  const location = headers['location'];
  return location === undefined ? [] : [`to ${new URL(location, `http://${host}/`).href}`];
}

/** Error pages may differ. */
function contentOf({ status, headers, text }: Answer, environ: readonly string[]): string[] {
  if (status !== 200) return [];
  if (headers['x-from'] !== 'application') return [JSON.stringify(text.slice(0, 200))];
  if (text === '') return ['the application'];
  const told = JSON.parse(text) as Record<string, string>;
  const names = ['SCRIPT_NAME', 'PATH_INFO', ...environ];
  const matched = Object.keys(told).filter((name) => name.startsWith('MATCH_'));
  return [
    'the application',
    ...[...names, ...matched].map((name) => `${name}=${JSON.stringify(told[name] ?? null)}`),
  ];
}
