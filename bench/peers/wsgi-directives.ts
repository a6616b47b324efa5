import { join } from 'node:path';
import type { Mount, Place, Site } from './peer.js';

/** The WSGI directives of a site, the same for mod_wsgi and for venvhost. */

export function daemonMode(site: Site, place: Place): string[] {
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

export function embeddedMode(site: Site, place: Place): string[] {
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
