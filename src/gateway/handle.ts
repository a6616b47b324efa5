import { MatchTimeout } from '../patterns/timed.js';
import type { Exchange } from './http/exchange.js';
import { OwnAnswers } from './own-answers.js';
import type { ClientNames } from './routing/client-names.js';
import { expandCallable, expandGroup } from './routing/group-names.js';
import { isInvented } from './routing/invented-names.js';
import type { Outcome, Resolution, Route } from './routing/route.js';
import type { Site } from './routing/site.js';
import type { Sites } from './routing/sites.js';
import type { Variables } from './routing/variables.js';
import type { Pools } from './runtimes/pools.js';
import type { Services } from './services.js';
import { WsgiRequest } from './wsgi-request.js';

export interface HandlerOptions {
  readonly services: Services;
  readonly sites: Sites<Site>;
  readonly pools: Pools;
  readonly clientNames: ClientNames;
}

/** Takes each request from the front end to the place that answers it. */
export class Handler {
  readonly #services: Services;
  readonly #sites: Sites<Site>;
  readonly #pools: Pools;
  readonly #clientNames: ClientNames;
  readonly #own: OwnAnswers;

  constructor({ services, sites, pools, clientNames }: HandlerOptions) {
    this.#services = services;
    this.#sites = sites;
    this.#pools = pools;
    this.#clientNames = clientNames;
    this.#own = new OwnAnswers(services);
  }

  handle(exchange: Exchange): void {
    try {
      this.#handle(exchange);
    } catch (error) {
      const { host } = this.#siteOf(exchange);
      if (error instanceof MatchTimeout) {
        this.#own.reject(exchange, host, 400, error.message);
        return;
      }
      // A mistake of ours in one request must not end all others.
      const reason = `the gateway failed: ${error instanceof Error ? error.message : String(error)}`;
      this.#own.fail(exchange, host, 500, reason, this.#services.nextRequestId());
    }
  }

  #handle(exchange: Exchange): void {
    const site = this.#siteOf(exchange);
    const { rejection } = exchange;
    if (rejection) this.#own.reject(exchange, site.host, rejection.status, rejection.reason);
    else if (exchange.target === '*') this.#own.options(exchange, site.host);
    else this.#route(exchange, site);
  }

  /** A connection nearly always asks for one host. */
  #siteOf(exchange: Exchange): Site {
    const { memory, localAddress, localPort } = exchange.peer;
    const kept = memory.site;
    if (kept && kept.header === exchange.host) return kept.site as Site;
    const site = this.#sites.choose(localAddress, localPort, exchange.host);
    memory.site = { header: exchange.host, site };
    return site;
  }

  #route(exchange: Exchange, site: Site): void {
    const found = site.resolve(exchange.target);
    if (!('status' in found)) this.#decide(exchange, found);
    else if (found.status === 404) this.#own.notFound(exchange, site.host);
    else this.#own.reject(exchange, site.host, found.status, found.reason);
  }

  /** Whether the client may see it. Names of clients are asked for only where a rule needs them. */
  #decide(exchange: Exchange, found: Resolution): void {
    const { folders, route } = found;
    const variables = route.variablesOf(exchange, found.path);
    if (route.access.always && !folders) this.#proceed(exchange, found, variables);
    else if (!route.access.needsNames && !folders?.some((one) => one.route.access.needsNames))
      this.#judge(exchange, found, variables, undefined);
    else {
      this.#own.visit(exchange, route.host, found.path, found);
      this.#clientNames.find(exchange.peer.remoteAddress, (names) => {
        if (!exchange.over) this.#judge(exchange, found, variables, names);
      });
    }
  }

  #judge(
    exchange: Exchange,
    found: Resolution,
    variables: Variables,
    names: readonly string[] | undefined,
  ): void {
    const question = { exchange, variables: variablesAsked(exchange, found, variables), names };
    const closed = found.folders?.find(({ route }) => !route.access.allows(question));
    if (closed) this.#own.deny(exchange, found, variables, closed.route);
    else if (found.route.access.allows(question)) this.#proceed(exchange, found, variables);
    else {
      const other = found.otherwise?.();
      if (other && other.outcome.kind !== 'fail') this.#decide(exchange, other);
      else this.#own.deny(exchange, found, variables, found.route);
    }
  }

  #proceed(exchange: Exchange, found: Resolution, variables: Variables): void {
    const { outcome } = found;
    if (outcome.kind === 'wsgi') this.#run(exchange, found, outcome, variables);
    else this.#own.answer(exchange, found, variables);
  }

  #run(
    exchange: Exchange,
    found: Resolution,
    outcome: Extract<Outcome, { kind: 'wsgi' }>,
    variables: Variables,
  ): void {
    const { host, settings } = found.route;
    const refusal = bodyRefusal(exchange, found.route);
    if (refusal) {
      this.#own.reject(exchange, host, refusal.status, refusal.reason);
      return;
    }
    const context = {
      host,
      header: exchange.host,
      rules: settings,
      localPort: exchange.peer.localPort,
      scriptName: outcome.scriptName,
      variables,
    };
    const processGroup = expandGroup(settings.processGroup, context);
    const applicationGroup = expandGroup(settings.applicationGroup, context);
    const invented = isInvented(settings.applicationGroup, context, found.route);
    const pool = this.#pools.find({ processGroup, applicationGroup, invented, host });
    if ('status' in pool) {
      this.#own.refuse(exchange, found, variables, pool);
      return;
    }
    new WsgiRequest(this.#services, exchange, found.route, pool, {
      scriptName: outcome.scriptName,
      pathInfo: outcome.pathInfo,
      query: found.query,
      path: found.path,
      variables,
      processGroup,
      applicationGroup,
      callable: expandCallable(settings.callable, variables),
    }).start();
  }
}

/**
 * What access rules see. An index is a subrequest in Apache, which has the variables of the request for its folder:
 * SetEnvIf of sections that hold for the index alone opens nothing.
 */
function variablesAsked(exchange: Exchange, { folders }: Resolution, own: Variables): Variables {
  const asked = folders?.[0];
  return asked ? asked.route.variablesOf(exchange, asked.path) : own;
}

function bodyRefusal(
  exchange: Exchange,
  route: Route,
): { status: number; reason: string } | undefined {
  const { chunkedRequest, limitRequestBody: limit } = route.settings;
  if (exchange.bodyLength < 0 && !chunkedRequest)
    return { status: 411, reason: 'a chunked body without WSGIChunkedRequest On' };
  if (limit > 0 && exchange.bodyLength > limit)
    return { status: 413, reason: `a body of more than ${limit} bytes (LimitRequestBody)` };
  return undefined;
}
