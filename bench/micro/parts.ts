import { encodeRequest, encodeShared } from '../../src/gateway/environ/environ.js';
import type { EnvironSource } from '../../src/gateway/environ/source.js';
import type { Exchange } from '../../src/gateway/http/exchange.js';
import { createFiles } from '../../src/gateway/routing/files.js';
import type { Resolution } from '../../src/gateway/routing/route.js';
import { createSite, type Site } from '../../src/gateway/routing/site.js';
import type { HostPlan, ProcessGroupPlan } from '../../src/plan/plan.js';
import { groupPlan, hostPlan, mountPlan } from '../../tests/unit/gateway/support/plans.js';

/** A request as a browser sends it, and everything an environ is made of. */

export const browserHeaders: readonly string[] = [
  ...['Host', 'www.example.com', 'User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101'],
  ...['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
  ...['Accept-Language', 'en-US,en;q=0.5', 'Accept-Encoding', 'gzip, deflate, br, zstd'],
  ...['Connection', 'keep-alive', 'Cookie', 'sessionid=jx2h9qk3m5n7p1r4s6t8; csrftoken=a1b2c3d4e5'],
  ...['Upgrade-Insecure-Requests', '1', 'Cache-Control', 'max-age=0'],
];

export const target = '/shop/articles/42?page=2';

export function siteFor(script: string): Site {
  const host: HostPlan = hostPlan({ mounts: [mountPlan('/', script)] });
  return createSite(host, createFiles());
}

/** A fresh exchange, as the front end makes one, on a connection that has been used before. */
export function exchangeOn(peer: Exchange['peer'], rawHeaders: readonly string[]): Exchange {
  const about = {
    peer,
    rawHeaders,
    method: 'GET',
    target,
    version: '1.1',
    host: 'www.example.com',
    bodyLength: 0,
    startedAt: 1_700_000_000.25,
  };
  return about as unknown as Exchange;
}

export function somePeer(): Exchange['peer'] {
  return {
    id: '0-1',
    remoteAddress: '127.0.0.1',
    remotePort: 40_000,
    localAddress: '127.0.0.1',
    localPort: 8080,
    requests: 1,
    memory: {},
  };
}

export function sourceOf(exchange: Exchange, found: Resolution): EnvironSource {
  const { outcome, route, query } = found;
  if (outcome.kind !== 'wsgi') throw new Error(`the target led to ${outcome.kind}`);
  return {
    exchange,
    route,
    query,
    scriptName: outcome.scriptName,
    pathInfo: outcome.pathInfo,
    variables: none,
    processGroup: 'site',
    applicationGroup: '',
    callable: 'application',
    requestId: 'mwrv-0-abc',
    queueStart: 1_700_000_000.5,
  };
}

const none = new Map<string, string>();
const group: ProcessGroupPlan = groupPlan();

export const facts = {
  software: 'venvhost/0.0.0',
  pid: process.pid,
  groups: new Map([[group.name, group]]),
};

/** The environ of such a request, as it travels: what is sent once, and what each request has. */
export function environFor(
  site: Site,
  rawHeaders: readonly string[],
): { shared: string; own: string } {
  const found = site.resolve(target);
  if ('status' in found) throw new Error(found.reason);
  const source = sourceOf(exchangeOn(somePeer(), rawHeaders), found);
  return { shared: encodeShared(source, facts, 3), own: encodeRequest(source, 0, 3) };
}
