import { compilePattern, type Pattern } from '../../patterns/pattern.js';
import type { HostPlan } from '../../plan/plan.js';

/** Chooses the host for a connection's address and a Host header. */
export interface Sites<T> {
  /** @param host the Host header, with or without a port, as received. */
  choose(localAddress: string, localPort: number, host: string): T;
  /** The host whose limits hold before a Host header is known. */
  first(localAddress: string, localPort: number): T;
}

interface Candidate<T> {
  readonly plan: HostPlan;
  readonly site: T;
  readonly names: (name: string) => boolean;
}

/**
 * Apache's rule: the hosts whose address and port fit best form the set (an exact address beats `*`, an exact
 * port beats any); within it the first whose ServerName or ServerAlias fits, else the first; without a set the
 * main server.
 */
export function createSites<T>(hosts: readonly HostPlan[], sites: readonly T[]): Sites<T> {
  const candidates = hosts.map<Candidate<T>>((plan, index) => ({
    plan,
    site: sites[index] as T,
    names: nameMatcher(plan),
  }));
  const main = candidates[0] as Candidate<T>;
  const sets = new Map<string, Candidate<T>[]>();

  function setFor(address: string, port: number): Candidate<T>[] {
    const key = `${address} ${port}`;
    let set = sets.get(key);
    if (!set) {
      set = bestSet(candidates, address, port);
      if (sets.size < 1000) sets.set(key, set);
    }
    return set;
  }

  return {
    choose(address, port, host) {
      const set = setFor(address, port);
      const name = hostName(host);
      for (const candidate of set) if (candidate.names(name)) return candidate.site;
      return (set[0] ?? main).site;
    },
    first: (address, port) => (setFor(address, port)[0] ?? main).site,
  };
}

function bestSet<T>(
  candidates: readonly Candidate<T>[],
  address: string,
  port: number,
): Candidate<T>[] {
  let best = 0;
  let set: Candidate<T>[] = [];
  for (const candidate of candidates) {
    let rank = 0;
    for (const own of candidate.plan.addresses ?? []) {
      if (own.address !== '*' && own.address !== address) continue;
      if (own.port !== undefined && own.port !== port) continue;
      rank = Math.max(rank, 1 + (own.address === '*' ? 0 : 2) + (own.port === undefined ? 0 : 1));
    }
    if (rank > best) {
      best = rank;
      set = [];
    }
    if (rank > 0 && rank === best) set.push(candidate);
  }
  return set;
}

/** The name of a Host header, lower case, without its port and the dot at its end. */
export function hostName(host: string): string {
  const end = host.startsWith('[') ? host.indexOf(']') + 1 : host.indexOf(':');
  const name = (end > 0 ? host.slice(0, end) : host).toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** The port of a Host header. */
export function hostPort(host: string): number | undefined {
  const digits = /:([0-9]+)$/.exec(host);
  return digits && !host.endsWith(']') ? Number(digits[1]) : undefined;
}

/** Each ServerName, and each ServerAlias without wildcards, in lower case. */
export function literalNames(hosts: readonly HostPlan[]): ReadonlySet<string> {
  return new Set(
    hosts.flatMap(({ name, aliases }) => [
      name.toLowerCase(),
      ...aliases.filter((alias) => !/[*?]/.test(alias)),
    ]),
  );
}

function nameMatcher(plan: HostPlan): (name: string) => boolean {
  const exact = literalNames([plan]);
  const wild = plan.aliases.filter((alias) => /[*?]/.test(alias)).map(wildcard);
  return (name) => exact.has(name) || wild.some((pattern) => pattern.test(name));
}

function wildcard(pattern: string): Pattern {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return compilePattern(`^${source}$`);
}
