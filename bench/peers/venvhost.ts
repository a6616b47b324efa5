import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount, Peer, Place, Site } from './peer.js';

/** A built copy of venvhost, and the Node.js that runs it. */
export interface Subject {
  readonly name: string;
  readonly root: string;
  readonly node: string;
  readonly version: string;
}

export function venvhost(subject: Subject, { embedded = false } = {}): Peer {
  return {
    name: embedded ? `${subject.name}-embedded` : subject.name,
    ...(embedded ? { onRequest: true } : {}),
    version: () => subject.version,
    refuses: (site) =>
      embedded && site.mounts.some((mount) => mount.venv)
        ? 'embedded mode has one environment'
        : undefined,
    launch(site, place) {
      const file = join(place.folder, 'venvhost.conf');
      writeFileSync(file, configuration(site, place, embedded));
      return {
        commands: [[subject.node, join(subject.root, 'bin/venvhost.js'), 'run', '-f', file]],
      };
    },
    reload: 'touch',
  };
}

function configuration(site: Site, place: Place, embedded: boolean): string {
  return `Listen 127.0.0.1:${place.port}
ServerName localhost
LogLevel warn
KeepAliveTimeout 120
MaxKeepAliveRequests 0
<Directory "${place.apps}">
    Require all granted
</Directory>
${(embedded ? embeddedMode : daemonMode)(site, place).join('\n')}
`;
}

function daemonMode(site: Site, place: Place): string[] {
  const numbers = `processes=${site.processes} threads=${site.threads}`;
  const homes = [...new Set(site.mounts.map((mount) => mount.venv ?? place.venv))];
  const groups = homes.map(
    (home, index) =>
      `WSGIDaemonProcess group${index} python-home="${home}" python-path="${place.apps}" ${numbers}`,
  );
  const aliases = site.mounts.map((mount) => {
    const group = homes.indexOf(mount.venv ?? place.venv);
    return `${alias(mount, place)} process-group=group${group} application-group=${mount.group ?? '%{GLOBAL}'}`;
  });
  return [...groups, ...aliases];
}

function embeddedMode(site: Site, place: Place): string[] {
  return [
    `WSGIPythonHome "${place.venv}"`,
    `WSGIPythonPath "${place.apps}"`,
    ...site.mounts.map(
      (mount) => `${alias(mount, place)} application-group=${mount.group ?? '%{GLOBAL}'}`,
    ),
  ];
}

function alias({ url, file }: Mount, { apps }: Place): string {
  return `WSGIScriptAlias ${url} "${join(apps, file)}"`;
}
