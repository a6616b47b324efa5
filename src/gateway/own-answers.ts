import type { HostPlan } from '../plan/plan.js';
import { FileAnswer } from './file-answer.js';
import { answerHead } from './http/answer-head.js';
import { type Exchange, type ExchangeOwner, nobody } from './http/exchange.js';
import { tellCut, tellFailed, tellRejected } from './request-events.js';
import { selfUrl } from './routing/canonical.js';
import type { Resolution, Route } from './routing/route.js';
import { noVariables, type Variables } from './routing/variables.js';
import type { AccessRecord, Services } from './services.js';

const allowed = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const allowedOnFiles = 'GET, HEAD, POST, OPTIONS';

/** What the gateway answers by itself, without an application. */
export class OwnAnswers {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Sees that the access log tells of a request, whoever answers it. @returns its id. */
  visit(
    exchange: Exchange,
    host: HostPlan,
    path: string,
    details: Partial<AccessRecord> = {},
  ): string {
    const requestId = this.#services.nextRequestId();
    const record = { requestId, path, query: '', variables: noVariables, ...details };
    exchange.owner = new Visit(() => this.#services.logAccess(exchange, host, record));
    return requestId;
  }

  /** `OPTIONS *` asks for the server as a whole. */
  options(exchange: Exchange, host: HostPlan): void {
    this.visit(exchange, host, '*');
    exchange.respond(answerHead(200, 'OK', ['Allow', allowed]), '');
  }

  /** No place of the configuration has the URL. */
  notFound(exchange: Exchange, host: HostPlan): void {
    this.visit(exchange, host, exchange.target);
    exchange.fail(404);
  }

  /** The request itself is wrong. */
  reject(exchange: Exchange, host: HostPlan, status: number, reason: string): void {
    const request = this.visit(exchange, host, exchange.target);
    tellRejected(this.#services.emit, { host, peer: exchange.peer, request }, status, reason);
    exchange.fail(status, status === 405 ? ['Allow', allowed] : []);
  }

  /** `closed` is the place that the client may not see. */
  deny(exchange: Exchange, found: Resolution, variables: Variables, closed: Route): void {
    const { host } = found.route;
    const request = this.visit(exchange, host, found.path, recordOf(found, variables));
    this.#services.emit({
      type: 'request-denied',
      host: host.id,
      client: exchange.peer.remoteAddress,
      target: exchange.target,
      path: closed.file,
      ...closedBy(closed),
      request,
    });
    exchange.fail(403);
  }

  /** There are no processes for it. */
  refuse(
    exchange: Exchange,
    found: Resolution,
    variables: Variables,
    { status, reason }: { readonly status: number; readonly reason: string },
  ): void {
    const { host } = found.route;
    const request = this.visit(exchange, host, found.path, recordOf(found, variables));
    this.fail(exchange, host, status, reason, request);
  }

  /** @param request its id. */
  fail(exchange: Exchange, host: HostPlan, status: number, reason: string, request: string): void {
    tellFailed(this.#services.emit, { exchange, host, requestId: request }, status, reason);
    exchange.fail(status, status === 503 ? ['Retry-After', '1'] : []);
  }

  /** What is no application: a file, the way to a folder, or nothing. */
  answer(exchange: Exchange, found: Resolution, variables: Variables): void {
    const { outcome, path, query, route } = found;
    const { host, settings } = route;
    const record = { ...recordOf(found, variables), file: route.file };
    const request = this.visit(exchange, host, path, record);
    if (outcome.kind === 'redirect') {
      const url = `${escapePath(path)}/${query === '' ? '' : `?${query}`}`;
      const self = { rules: settings, localPort: exchange.peer.localPort, path: url };
      exchange.fail(301, ['Location', selfUrl(host, exchange.host, self)]);
    } else if (!route.mounted && exchange.method === 'OPTIONS') {
      exchange.respond(answerHead(200, 'OK', ['Allow', allowedOnFiles]), '');
    } else if (!route.mounted && !readsFiles(exchange.method)) {
      exchange.fail(405, ['Allow', allowedOnFiles]);
    } else if (outcome.kind === 'fail') {
      if (outcome.status === 403) this.fail(exchange, host, 403, outcome.reason, request);
      else exchange.fail(outcome.status);
    } else this.#sendFile(exchange, route, request);
  }

  #sendFile(exchange: Exchange, { file, host }: Route, request: string): void {
    const { owner } = exchange;
    new FileAnswer(exchange, {
      path: file,
      refuse: (status, reason) => this.fail(exchange, host, status, reason, request),
      cut: (reason) => tellCut(this.#services.emit, { exchange, host, requestId: request }, reason),
      over: () => owner.onOver(undefined),
    }).start();
  }
}

/** Where a Require would not help, none is suggested. */
function closedBy({ settings, directory }: Route): { closed: string } | { directory: string } {
  return settings.closed === undefined ? { directory } : { closed: settings.closed };
}

function recordOf({ query, route }: Resolution, variables: Variables): Partial<AccessRecord> {
  return { query, variables, settings: route.settings };
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
