import type { GroupName, HostPlan } from '../../plan/plan.js';
import { type NameRules, serverPort } from './canonical.js';
import { hostName } from './sites.js';
import type { Variables } from './variables.js';

/** What group names can depend on. */
export interface NameContext {
  readonly host: HostPlan;
  /** The Host header, `''` for none. */
  readonly header: string;
  readonly rules: NameRules;
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
      return (hostName(context.header) || context.host.name) + portSuffix(context);
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

/**
 * As in mod_wsgi, except that the client's word for the port counts only when it is one that exists:
 * otherwise each invented port would start application groups of its own.
 */
function portSuffix({ host, header, rules, localPort }: NameContext): string {
  const said = serverPort(host, header, rules, localPort);
  const exists = [80, 443, localPort, host.port].includes(said);
  const port = exists ? said : serverPort(host, '', rules, localPort);
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
