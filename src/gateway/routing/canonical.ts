import type { HostPlan, RequestSettings } from '../../plan/plan.js';
import { hostName, hostPort } from './sites.js';

/** UseCanonicalName and UseCanonicalPhysicalPort. */
export type NameRules = Pick<RequestSettings, 'canonicalName' | 'canonicalPhysicalPort'>;

/** What the server calls itself, given the Host header. Source: Apache, ap_get_server_name. */
export function serverName(host: HostPlan, header: string, rules: NameRules): string {
  return rules.canonicalName ? host.name : hostName(header) || host.name;
}

/** Source: Apache, ap_get_server_port. */
export function serverPort(
  host: HostPlan,
  header: string,
  { canonicalName, canonicalPhysicalPort }: NameRules,
  localPort: number,
): number {
  if (canonicalName) return host.port ?? (canonicalPhysicalPort ? localPort : schemePort(host));
  return hostPort(header) ?? (canonicalPhysicalPort ? localPort : ownPort(host));
}

/**
 * A path of this server for a Location header; where the client's own words lead there the path alone, so that
 * clients of a proxy that ends TLS stay with TLS.
 */
export function selfUrl(
  host: HostPlan,
  header: string,
  { rules, localPort, path }: { rules: NameRules; localPort: number; path: string },
): string {
  const port = serverPort(host, header, rules, localPort);
  const asSaid = header !== '' && port === (hostPort(header) ?? schemePort(host));
  if (asSaid && !rules.canonicalName) return path;
  const suffix = port === schemePort(host) ? '' : `:${port}`;
  return `${host.scheme ?? 'http'}://${serverName(host, header, rules)}${suffix}${path}`;
}

/** The port of ServerName, or of its scheme. */
export function ownPort(host: HostPlan): number {
  return host.port ?? schemePort(host);
}

function schemePort(host: HostPlan): number {
  return host.scheme === 'https' ? 443 : 80;
}
