import type { Logged, Peer } from './exchange.js';
import { pageOf } from './pages.js';

/** What the access log says of bytes that were no request: as Apache, a request line of `-`. */
export function unparsed(peer: Peer, status: number, startedAt: number): Logged {
  return {
    peer,
    method: '-',
    target: '-',
    asSent: '-',
    version: '1.1',
    rawHeaders: [],
    host: '',
    startedAt,
    status,
    bytesOut: pageOf(status).length,
    bytesIn: 0,
    sentHeaders: [],
    unparsed: true,
  };
}
