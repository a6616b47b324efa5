import type { GroupName, HostPlan } from '../../plan/plan.js';
import type { NameContext } from './group-names.js';
import type { Route } from './route.js';
import { hostName, literalNames } from './sites.js';

type FromRoute = Pick<Route, 'freeNames'> & {
  readonly settings: Pick<Route['settings'], 'environment'>;
};

/**
 * Whether a client has made the name of an application group up: with a Host header that is no ServerName and no
 * ServerAlias without wildcards, with what SetEnvIf takes from its request, or with a path. Such names have no end.
 */
export function isInvented(name: GroupName, context: NameContext, route: FromRoute): boolean {
  switch (name.kind) {
    case 'literal':
    case 'server':
      return false;
    case 'host':
      return !isLiteral(context.host, context.header);
    case 'resource':
      // With a regex, the text of the client is SCRIPT_NAME.
      return route.freeNames;
    case 'env':
      return isInventedValue(name.variable, context, route);
  }
}

function isInventedValue(variable: string, context: NameContext, route: FromRoute): boolean {
  const value = context.variables.get(variable);
  switch (value) {
    case undefined:
    case '%{GLOBAL}':
    case '%{SERVER}':
      return false;
    case '%{HOST}':
      return isInvented({ kind: 'host' }, context, route);
    case '%{RESOURCE}':
      return route.freeNames;
    default:
      return !route.settings.environment.some(
        (rule) =>
          (rule.kind === 'set' && rule.name === variable && rule.value === value) ||
          (rule.kind === 'set-if' &&
            rule.assignments.some((one) => one.name === variable && one.value === value)),
      );
  }
}

const namesOf = new WeakMap<HostPlan, ReadonlySet<string>>();

/** `%{HOST}` is the client's word, whatever UseCanonicalName says. */
function isLiteral(host: HostPlan, header: string): boolean {
  const name = hostName(header);
  if (name === '') return true;
  let names = namesOf.get(host);
  if (!names) {
    names = literalNames([host]);
    namesOf.set(host, names);
  }
  return names.has(name);
}
