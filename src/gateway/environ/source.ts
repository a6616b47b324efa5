import type { Exchange } from '../http/exchange.js';
import type { Route } from '../routing/route.js';
import type { Variables } from '../routing/variables.js';

/** All that an environ is made of. */
export interface EnvironSource {
  readonly exchange: Exchange;
  readonly route: Route;
  readonly scriptName: string;
  readonly pathInfo: string;
  readonly query: string;
  readonly variables: Variables;
  readonly processGroup: string;
  readonly applicationGroup: string;
  readonly callable: string;
  readonly requestId: string;
  /** Seconds since the epoch when the request began to wait for a process. */
  readonly queueStart: number;
}
