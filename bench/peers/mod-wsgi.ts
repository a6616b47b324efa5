import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Place, Site } from './peer.js';
import { packageVersion, versionFrom } from './versions.js';
import { daemonMode, embeddedMode } from './wsgi-directives.js';

const modules = '/usr/lib/apache2/modules';
const program = '/usr/sbin/apache2';

export const modWsgiDaemon: Peer = {
  name: 'mod_wsgi-daemon',
  version: apacheVersion,
  refuses: () => undefined,
  launch: (site, place) => launch(place, [...eventModel(site), ...daemonMode(site, place)]),
  reload: 'touch',
};

/** Threads of Apache's in embedded mode. With fewer than clients it closes connections that are kept alive. */
const embeddedThreads = 64;

/** One Apache child, so that there is one Python process. */
export const modWsgiEmbedded: Peer = {
  name: 'mod_wsgi-embedded',
  version: apacheVersion,
  refuses: (site) =>
    site.mounts.some((mount) => mount.venv) ? 'embedded mode has one environment' : undefined,
  launch: (site, place) => launch(place, [...embeddedModel(site), ...embeddedMode(site, place)]),
};

function apacheVersion(venv: string): string | undefined {
  const apache = versionFrom([program, '-v'], /Apache\/(\S+)/);
  const module = compiledModule(venv)
    ? packageVersion(venv, 'mod_wsgi')
    : versionFrom(['dpkg-query', '-W', 'libapache2-mod-wsgi-py3'], /\t(\S+)/);
  if (!apache || !existsSync(moduleFile(venv))) return undefined;
  return `${module ?? 'mod_wsgi'} on Apache httpd ${apache}`;
}

/** The newest one where it could be compiled, else Debian's. */
function moduleFile(venv: string): string {
  return compiledModule(venv) ?? join(modules, 'mod_wsgi.so');
}

function compiledModule(venv: string): string | undefined {
  for (const python of readdirSync(join(venv, 'lib'))) {
    const folder = join(venv, 'lib', python, 'site-packages/mod_wsgi/server');
    const name = existsSync(folder) && readdirSync(folder).find((one) => one.endsWith('.so'));
    if (name) return join(folder, name);
  }
  return undefined;
}

function launch(place: Place, lines: readonly string[]) {
  const file = join(place.folder, 'httpd.conf');
  writeFileSync(file, `${[...common(place), ...lines].join('\n')}\n`);
  return { commands: [[program, '-d', place.folder, '-f', file, '-DFOREGROUND']] };
}

function common({ folder, port, apps, venv }: Place): string[] {
  const load = ['mpm_event', 'authz_core', 'alias'];
  return [
    ...load.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
    `LoadModule wsgi_module "${moduleFile(venv)}"`,
    `Listen 127.0.0.1:${port}`,
    'ServerName localhost',
    `PidFile "${folder}/pid"`,
    `ErrorLog "${folder}/error.log"`,
    'LogLevel error',
    `WSGISocketPrefix "${folder}/wsgi"`,
    'KeepAliveTimeout 120',
    'MaxKeepAliveRequests 0',
    `<Directory "${apps}">`,
    '    Require all granted',
    '</Directory>',
  ];
}

/** The defaults, but for more connections than those allow. */
function eventModel({ connections }: Site): string[] {
  return connections <= 400 ? [] : [`AsyncRequestWorkerFactor ${Math.ceil(connections / 100)}`];
}

function embeddedModel({ processes, connections }: Site): string[] {
  return [
    `StartServers ${processes}`,
    `ServerLimit ${processes}`,
    `ThreadsPerChild ${embeddedThreads}`,
    `MaxRequestWorkers ${processes * embeddedThreads}`,
    'MinSpareThreads 1',
    `MaxSpareThreads ${processes * embeddedThreads}`,
    `AsyncRequestWorkerFactor ${Math.ceil((2 * connections) / embeddedThreads) + 2}`,
  ];
}
