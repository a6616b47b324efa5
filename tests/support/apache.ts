import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { open } from './http.js';
import { makeReadableFolder } from './run-folder.js';
import { within } from './server.js';
import { daemonUser } from './users.js';

const programs = ['/usr/sbin/apache2', '/usr/sbin/httpd', '/usr/local/apache2/bin/httpd'];
const moduleFolders = [
  '/usr/lib/apache2/modules',
  '/usr/lib64/httpd/modules',
  '/usr/lib/httpd/modules',
  '/usr/local/apache2/modules',
];

/** In the order in which they are loaded; those that a build has compiled in are left out. */
const modules = [
  'mpm_event',
  'log_config',
  'unixd',
  'authz_core',
  'authz_host',
  'access_compat',
  'alias',
  'autoindex',
  'dir',
  'env',
  'mime',
  'setenvif',
  'wsgi',
];

export interface Apache {
  readonly port: number;
  /** What its error log has by now. */
  errors(): string;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Why nothing can be compared with Apache on this machine; undefined where it can. */
export function whyNoApache(): string | undefined {
  if (!program()) return 'Apache is not installed (Debian: apache2)';
  if (!moduleFile('wsgi')) return 'mod_wsgi is not installed (Debian: libapache2-mod-wsgi-py3)';
  return undefined;
}

/**
 * Starts the machine's Apache, with mod_wsgi in daemon mode as process group `site`, on a free port of 127.0.0.1.
 * `configuration` is read where the server scope's own lines end.
 */
export async function startApache(configuration: string): Promise<Apache> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const apache = await launch(configuration, port);
    if (typeof apache !== 'string') return apache;
    // Somebody else may have taken the port in between.
    if (tries === 5 || !/Address already in use|could not bind/i.test(apache))
      throw new Error(`Apache did not start:\n${apache}`);
  }
}

const patience = 30_000;

/** @returns what it said when it ended instead of listening. */
async function launch(configuration: string, port: number): Promise<Apache | string> {
  const folder = makeReadableFolder('ap-');
  const file = join(folder, 'apache.conf');
  writeFileSync(file, `${serverScope(folder, port).join('\n')}\n${configuration}`);
  const child = spawn(program()!, ['-d', folder, '-f', file, '-DFOREGROUND'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  let over = false;
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => {
    over = true;
  });
  const errors = () =>
    said +
    (existsSync(join(folder, 'error.log')) ? readFileSync(join(folder, 'error.log'), 'utf8') : '');
  const deadline = Date.now() + patience;
  while (!over && !(await listens(port))) {
    if (Date.now() > deadline) {
      await end(child, ended);
      throw new Error(`Apache does not listen after ${patience / 1000} s:\n${errors()}`);
    }
    await pause(20);
  }
  if (over) return errors();
  return { port, errors, stop: () => end(child, ended) };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await within(ended, patience, () => {
    child.kill('SIGKILL');
    return 'Apache did not stop';
  });
}

function serverScope(folder: string, port: number): string[] {
  const built = execFileSync(program()!, ['-l'], { encoding: 'utf8' });
  const sockets = join(folder, 'sockets');
  mkdirSync(sockets);
  const user = daemonUser();
  if (user) chownSync(sockets, user.uid, user.gid);
  return [
    ...modules
      .filter((name) => !new RegExp(`\\b(mod_)?${name}\\.c`).test(built))
      .map((name) => `LoadModule ${name}_module "${moduleFile(name)}"`),
    `Listen 127.0.0.1:${port}`,
    `PidFile "${folder}/pid"`,
    `DefaultRuntimeDir "${folder}"`,
    `ErrorLog "${folder}/error.log"`,
    'LogLevel warn',
    'TypesConfig /dev/null',
    ...(user ? [`User ${user.name}`, `Group #${user.gid}`] : []),
    'StartServers 1',
    'ServerLimit 1',
    'ThreadsPerChild 8',
    'MaxRequestWorkers 8',
    `WSGISocketPrefix "${sockets}/wsgi"`,
    'WSGIDaemonProcess site processes=1 threads=4',
  ];
}

function program(): string | undefined {
  return programs.find((path) => existsSync(path));
}

/** The file of a module; undefined where this Apache does not have it. */
export function moduleFile(name: string): string | undefined {
  return moduleFolders.map((folder) => join(folder, `mod_${name}.so`)).find(existsSync);
}

/** Apache takes no port 0. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function listens(port: number): Promise<boolean> {
  try {
    (await open(port)).destroy();
    return true;
  } catch {
    return false;
  }
}
