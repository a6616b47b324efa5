import { MatchTimeout } from '../patterns/timed.js';
import { FileAnswer } from './file-answer.js';
import { answerHead } from './http/answer-head.js';
import { type Exchange, type ExchangeOwner, nobody } from './http/exchange.js';
import { tellCut, tellFailed } from './request-events.js';
import { selfUrl } from './routing/canonical.js';
import type { ClientNames } from './routing/client-names.js';
import { expandCallable, expandGroup } from './routing/group-names.js';
import { isInvented } from './routing/invented-names.js';
import type { Outcome, Resolution, Route } from './routing/route.js';
import type { Site } from './routing/site.js';
import type { Sites } from './routing/sites.js';
import type { Variables } from './routing/variables.js';
import type { Pools } from './runtimes/pools.js';
import type { AccessRecord, Services } from './services.js';
import { WsgiRequest } from './wsgi-request.js';

export interface HandlerOptions {
  readonly services: Services;
  readonly sites: Sites<Site>;
  readonly pools: Pools;
  readonly clientNames: ClientNames;
}

const allowed = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const allowedOnFiles = 'GET, HEAD, POST, OPTIONS';
const noVariables: Variables = new Map();

/** Takes each request from the front end to the place that answers it. */
export function createHandler(options: HandlerOptions): (exchange: Exchange) => void {
  const { services, sites, pools, clientNames } = options;

  function handle(exchange: Exchange): void {
    const site = siteOf(exchange);
    const { rejection } = exchange;
    if (rejection) reject(exchange, site, rejection.status, rejection.reason);
    else if (exchange.target === '*') {
      own(exchange, site, '*');
      exchange.respond(answerHead(200, 'OK', ['Allow', allowed]), '');
    } else route(exchange, site);
  }

  /** A connection nearly always asks for one host. */
  function siteOf(exchange: Exchange): Site {
    const { memory, localAddress, localPort } = exchange.peer;
    const kept = memory.site;
    if (kept && kept.header === exchange.host) return kept.site as Site;
    const site = sites.choose(localAddress, localPort, exchange.host);
    memory.site = { header: exchange.host, site };
    return site;
  }

  function own(
    exchange: Exchange,
    site: Site,
    path: string,
    details: Partial<AccessRecord> = {},
  ): string {
    const requestId = services.nextRequestId();
    const record = { requestId, path, query: '', variables: noVariables, ...details };
    exchange.owner = new Visit(() => services.logAccess(exchange, site.host, record));
    return requestId;
  }

  function reject(exchange: Exchange, site: Site, status: number, reason: string): void {
    const request = own(exchange, site, exchange.target);
    const client = exchange.peer.remoteAddress;
    services.emit({
      type: 'request-rejected',
      host: site.host.id,
      client,
      status,
      reason,
      request,
    });
    exchange.fail(status, status === 405 ? ['Allow', allowed] : []);
  }

  function route(exchange: Exchange, site: Site): void {
    const found = site.resolve(exchange.target);
    if ('status' in found) {
      if (found.status === 404) {
        own(exchange, site, exchange.target);
        exchange.fail(404);
      } else reject(exchange, site, found.status, found.reason);
      return;
    }
    decide(exchange, site, found);
  }

  function decide(exchange: Exchange, site: Site, found: Resolution): void {
    const variables = found.route.variablesOf(exchange, found.path);
    const { access } = found.route;
    const { folders } = found;
    if (access.always && !folders) proceed(exchange, site, found, variables);
    else if (!access.needsNames && !folders?.some(({ route }) => route.access.needsNames))
      judge(exchange, site, found, variables, undefined);
    else {
      own(exchange, site, found.path, found);
      clientNames.find(exchange.peer.remoteAddress, (names) => {
        if (!exchange.over) judge(exchange, site, found, variables, names);
      });
    }
  }

  function judge(
    exchange: Exchange,
    site: Site,
    found: Resolution,
    variables: Variables,
    names: readonly string[] | undefined,
  ): void {
    const closed = found.folders?.find(({ route, path }) => {
      const own = route.variablesOf(exchange, path);
      return !route.access.allows({ exchange, variables: own, names });
    });
    if (closed) deny(exchange, site, found, variables, closed.route);
    else if (found.route.access.allows({ exchange, variables, names }))
      proceed(exchange, site, found, variables);
    else {
      const other = found.otherwise?.();
      if (other && other.outcome.kind !== 'fail') decide(exchange, site, other);
      else deny(exchange, site, found, variables, found.route);
    }
  }

  function deny(
    exchange: Exchange,
    site: Site,
    found: Resolution,
    variables: Variables,
    route: Route,
  ): void {
    const request = own(exchange, site, found.path, recordOf(found, variables));
    services.emit({
      type: 'request-denied',
      host: site.host.id,
      client: exchange.peer.remoteAddress,
      target: exchange.target,
      path: route.file,
      ...closedBy(route),
      request,
    });
    exchange.fail(403);
  }

  function proceed(exchange: Exchange, site: Site, found: Resolution, variables: Variables): void {
    const { outcome } = found;
    if (outcome.kind === 'wsgi') {
      application(exchange, site, found, outcome, variables);
      return;
    }
    const { path, query } = found;
    const request = own(exchange, site, path, {
      ...recordOf(found, variables),
      file: found.route.file,
    });
    if (outcome.kind === 'redirect') {
      const url = `${escapePath(path)}/${query === '' ? '' : `?${query}`}`;
      const { localPort } = exchange.peer;
      const self = { rules: found.route.settings, localPort, path: url };
      exchange.fail(301, ['Location', selfUrl(site.host, exchange.host, self)]);
    } else if (!found.route.mounted && exchange.method === 'OPTIONS') {
      exchange.respond(answerHead(200, 'OK', ['Allow', allowedOnFiles]), '');
    } else if (!found.route.mounted && !readsFiles(exchange.method)) {
      exchange.fail(405, ['Allow', allowedOnFiles]);
    } else if (outcome.kind === 'fail') {
      if (outcome.status === 403) failed(exchange, site, outcome.status, outcome.reason, request);
      else exchange.fail(outcome.status);
    } else sendFile(exchange, site, found, request);
  }

  function sendFile(exchange: Exchange, site: Site, found: Resolution, request: string): void {
    const { owner } = exchange;
    const { file } = found.route;
    new FileAnswer(exchange, {
      path: file,
      refuse: (status, reason) => failed(exchange, site, status, reason, request),
      cut(reason) {
        tellCut(services.emit, { exchange, host: site.host, requestId: request }, reason);
      },
      over: () => owner.onOver(undefined),
    }).start();
  }

  function failed(
    exchange: Exchange,
    site: Site,
    status: number,
    reason: string,
    request: string,
  ): void {
    const told = { exchange, host: site.host, requestId: request };
    tellFailed(services.emit, told, status, reason);
    exchange.fail(status, status === 503 ? ['Retry-After', '1'] : []);
  }

  function application(
    exchange: Exchange,
    site: Site,
    found: Resolution,
    outcome: Extract<Outcome, { kind: 'wsgi' }>,
    variables: Variables,
  ): void {
    const { settings } = found.route;
    const refusal = bodyRefusal(exchange, found.route);
    if (refusal) {
      reject(exchange, site, refusal.status, refusal.reason);
      return;
    }
    const context = {
      host: site.host,
      header: exchange.host,
      rules: settings,
      localPort: exchange.peer.localPort,
      scriptName: outcome.scriptName,
      variables,
    };
    const processGroup = expandGroup(settings.processGroup, context);
    const applicationGroup = expandGroup(settings.applicationGroup, context);
    const invented = isInvented(settings.applicationGroup, context, found.route);
    const pool = pools.find({ processGroup, applicationGroup, invented, host: site.host });
    if ('status' in pool) {
      const request = own(exchange, site, found.path, recordOf(found, variables));
      failed(exchange, site, pool.status, pool.reason, request);
      return;
    }
    new WsgiRequest(services, exchange, found.route, pool, {
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

  return (exchange) => {
    try {
      handle(exchange);
    } catch (error) {
      if (error instanceof MatchTimeout) {
        reject(exchange, siteOf(exchange), 400, error.message);
        return;
      }
      // A mistake of ours in one request must not end all others.
      const reason = `the gateway failed: ${error instanceof Error ? error.message : String(error)}`;
      failed(exchange, siteOf(exchange), 500, reason, services.nextRequestId());
    }
  };
}

/** Where a Require would not help, none is suggested. */
function closedBy({ settings, directory }: Route): { closed: string } | { directory: string } {
  return settings.closed === undefined ? { directory } : { closed: settings.closed };
}

function recordOf({ query, route }: Resolution, variables: Variables): Partial<AccessRecord> {
  return { query, variables, settings: route.settings };
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

/** A POST gets a file as a GET does, as from Apache; its body is not looked at. */
function readsFiles(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'POST';
}

/** Latin-1 characters of a path as a URL; one slash in front, so that it names no other host. */
function escapePath(path: string): string {
  return path
    .replace(/^\/{2,}/, '/')
    .replace(
      /[^A-Za-z0-9._~!$&'()*+,;=:@/-]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
}

/** Owns an exchange that the gateway answers by itself. */
class Visit implements ExchangeOwner {
  readonly #over: () => void;
  constructor(over: () => void) {
    this.#over = over;
  }
  onBody = nobody.onBody;
  onBodyEnd = nobody.onBodyEnd;
  onHalfClosed = nobody.onHalfClosed;
  onGone = nobody.onGone;
  onDrain = nobody.onDrain;
  onExcess = nobody.onExcess;
  onOver(): void {
    this.#over();
  }
}
