import { moduleOf, oneApplicationOnly, type Peer } from './peer.js';
import { packageVersion } from './versions.js';

export const waitress: Peer = {
  name: 'waitress',
  version: (venv) => packageVersion(venv, 'waitress'),
  refuses: (site) => (site.processes > 1 ? 'it has one process' : oneApplicationOnly(site)),
  launch: (site, { venv, port, apps }) => ({
    commands: [
      [
        `${venv}/bin/waitress-serve`,
        ...[`--listen=127.0.0.1:${port}`, `--threads=${site.threads}`],
        ...[`--connection-limit=${Math.max(1000, 2 * site.connections)}`, '--asyncore-use-poll'],
        `${moduleOf(site)}:application`,
      ],
    ],
    env: { PYTHONPATH: apps },
  }),
};
