import { granian } from './granian.js';
import { gunicornGthread, gunicornSync } from './gunicorn.js';
import { modWsgiDaemon, modWsgiEmbedded } from './mod-wsgi.js';
import { nginxUwsgi } from './nginx-uwsgi.js';
import { nodeHttp } from './node-http.js';
import type { Peer } from './peer.js';
import { waitress } from './waitress.js';

/** In the order of tables; venvhost itself comes before them. */
export const peers: readonly Peer[] = [
  modWsgiDaemon,
  modWsgiEmbedded,
  gunicornSync,
  gunicornGthread,
  nginxUwsgi,
  waitress,
  granian,
  nodeHttp(process.execPath),
];
