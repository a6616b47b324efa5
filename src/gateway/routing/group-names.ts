import type { GroupName, HostPlan } from '../../plan/plan.js';
import { hostName, hostPort } from './sites.js';
import type { Variables } from './variables.js';

/** What group names can depend on. */
export interface NameContext {
  readonly host: HostPlan;
  /** The Host header, `''` for none. */
  readonly header: string;
  /** The port that the client really reached. */
  readonly localPort: number;
  readonly scriptName: string;
  readonly variables: Variables;
}

/** The name of a process group or an application group. Source: mod_wsgi, expansions. */
export function expandGroup(name: GroupName, context: NameContext): string {
  switch (name.kind) {
    case 'literal':
      return name.name;
    case 'server':
      return context.host.name + portSuffix(context);
    case 'resource':
      return `${context.host.name}${portSuffix(context)}|${context.scriptName}`;
    case 'host':
      return serverName(context.host, context.header) + portSuffix(context);
    case 'env':
      return expandAgain(
        context.variables.get(name.variable) ?? `%{ENV:${name.variable}}`,
        context,
      );
  }
}

/** A callable knows only `%{ENV:…}`; what cannot be resolved is `application`. */
export function expandCallable(name: GroupName, variables: Variables): string {
  if (name.kind === 'literal') return name.name;
  const value = name.kind === 'env' ? variables.get(name.variable) : undefined;
  return value === undefined || value.startsWith('%') ? 'application' : value;
}

/** The client's word for the server (UseCanonicalName Off), or ServerName. */
export function serverName(host: HostPlan, header: string): string {
  return hostName(header) || host.name;
}

/** The port of the Host header, else that of ServerName, else the default of the scheme. */
export function serverPort(host: HostPlan, header: string): number {
  return hostPort(header) ?? host.port ?? (host.scheme === 'https' ? 443 : 80);
}

/**
 * As in mod_wsgi, except that the client's word for the port counts only when it is one that exists:
 * otherwise each invented port would start application groups of its own.
 */
function portSuffix({ host, header, localPort }: NameContext): string {
  const said = serverPort(host, header);
  const port = said === localPort || said === host.port ? said : serverPort(host, '');
  return port === 80 || port === 443 ? '' : `:${port}`;
}

function expandAgain(value: string, context: NameContext): string {
  switch (value) {
    case '%{GLOBAL}':
      return '';
    case '%{SERVER}':
      return expandGroup({ kind: 'server' }, context);
    case '%{RESOURCE}':
      return expandGroup({ kind: 'resource' }, context);
    case '%{HOST}':
      return expandGroup({ kind: 'host' }, context);
    default:
      return value;
  }
}
