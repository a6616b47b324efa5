import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Place, Site } from './peer.js';
import { daemonMode, embeddedMode } from './wsgi-directives.js';

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
