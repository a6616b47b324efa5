import { moduleOf, oneApplicationOnly, type Peer } from './peer.js';
import { packageVersion } from './versions.js';

export const granian: Peer = {
  name: 'granian',
  version: (venv) => packageVersion(venv, 'granian'),
  refuses: oneApplicationOnly,
  launch: (site, { venv, port, apps }) => ({
    commands: [
      [
        `${venv}/bin/granian`,
        ...['--interface', 'wsgi', '--host', '127.0.0.1', '--port', `${port}`, '--http', '1'],
        ...['--workers', `${site.processes}`, '--blocking-threads', `${site.threads}`, '--no-log'],
        `${moduleOf(site)}:application`,
      ],
    ],
    env: { PYTHONPATH: apps },
  }),
  reload: 'SIGHUP',
};
