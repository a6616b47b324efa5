import { moduleOf, oneApplicationOnly, type Peer, type Place, type Site } from './peer.js';
import { packageVersion } from './versions.js';

/** One request at a time in each process, and no keep-alive: gunicorn's default. */
export const gunicornSync: Peer = {
  name: 'gunicorn-sync',
  version: (venv) => packageVersion(venv, 'gunicorn'),
  refuses: (site) =>
    site.threads > 100 ? 'it runs one request at a time' : oneApplicationOnly(site),
  launch: (site, place) => ({ commands: [[...common(site, place), '--worker-class', 'sync']] }),
  reload: 'SIGHUP',
};

export const gunicornGthread: Peer = {
  name: 'gunicorn-gthread',
  version: (venv) => packageVersion(venv, 'gunicorn'),
  refuses: oneApplicationOnly,
  launch: (site, place) => ({
    commands: [
      [
        ...common(site, place),
        ...['--worker-class', 'gthread', '--threads', `${site.threads}`],
        ...[
          '--keep-alive',
          '120',
          '--worker-connections',
          `${Math.max(1000, 2 * site.connections)}`,
        ],
      ],
    ],
  }),
  reload: 'SIGHUP',
};

function common(site: Site, { venv, folder, port, apps }: Place): string[] {
  return [
    `${venv}/bin/gunicorn`,
    ...['--bind', `127.0.0.1:${port}`, '--workers', `${site.processes}`, '--timeout', '120'],
    ...['--worker-tmp-dir', folder, '--log-level', 'error', '--pythonpath', apps],
    `${moduleOf(site)}:application`,
  ];
}
