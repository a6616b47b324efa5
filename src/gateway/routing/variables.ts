import { compilePattern } from '../../patterns/pattern.js';
import type { EnvironmentRule } from '../../plan/plan.js';
import type { Settled } from '../../rules/sections.js';
import type { Exchange } from '../http/exchange.js';

/** Variables of one request: named groups of sections, SetEnv, PassEnv, UnsetEnv, SetEnvIf. */
export type Variables = ReadonlyMap<string, string>;

/** Computes the variables of a request; the same map each time where no rule looks at the request. */
export type VariablesOf = (exchange: Exchange, path: string) => Variables;

/**
 * SetEnvIf runs early in Apache (mod_setenvif), SetEnv and UnsetEnv late (mod_env): so the latter win,
 * and SetEnvIf sees nothing of SetEnv. What sections have matched is there before both.
 */
export function compileVariables(
  rules: readonly EnvironmentRule[],
  matched: Omit<Settled, 'settings'> = { variables: [] },
): VariablesOf {
  const { variablesOf } = matched;
  const early = rules.flatMap((rule) => (rule.kind === 'set-if' ? [compileSetIf(rule)] : []));
  const fixed = applyLate(new Map(matched.variables), rules);
  if (early.length === 0 && !variablesOf) return () => fixed;
  return (exchange, path) => {
    const variables = new Map(matched.variables);
    for (const [name, value] of variablesOf?.(path) ?? []) variables.set(name, value);
    for (const apply of early) apply(exchange, path, variables);
    return applyLate(variables, rules);
  };
}

function applyLate(
  variables: Map<string, string>,
  rules: readonly EnvironmentRule[],
): Map<string, string> {
  for (const rule of rules) {
    if (rule.kind === 'set') variables.set(rule.name, rule.value);
    else if (rule.kind === 'unset') variables.delete(rule.name);
  }
  return variables;
}

type ApplyEarly = (exchange: Exchange, path: string, variables: Map<string, string>) => void;

function compileSetIf(rule: Extract<EnvironmentRule, { kind: 'set-if' }>): ApplyEarly {
  const regex = compilePattern(rule.regex, { ignoreCase: rule.ignoreCase });
  return (exchange, path, variables) => {
    const match = regex.exec(attributeOf(rule.attribute, exchange, path, variables));
    if (!match) return;
    for (const { name, value } of rule.assignments) {
      if (value === null) variables.delete(name);
      else
        variables.set(
          name,
          value.replace(/\$([0-9])/g, (_, digit) => match[Number(digit)] ?? ''),
        );
    }
  };
}

function attributeOf(name: string, exchange: Exchange, path: string, variables: Variables): string {
  switch (name.toLowerCase()) {
    case 'remote_addr':
    case 'remote_host':
      return exchange.peer.remoteAddress;
    case 'server_addr':
      return exchange.peer.localAddress;
    case 'request_method':
      return exchange.method;
    case 'request_protocol':
      return `HTTP/${exchange.version}`;
    case 'request_uri':
      return path;
    default:
      return headerOf(exchange, name) ?? variables.get(name) ?? '';
  }
}

/** All values of a header joined by `, `; undefined where the request has none. */
export function headerOf(exchange: Pick<Exchange, 'rawHeaders'>, name: string): string | undefined {
  const lower = name.toLowerCase();
  const { rawHeaders } = exchange;
  let value: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if ((rawHeaders[index] as string).toLowerCase() !== lower) continue;
    value = value === undefined ? rawHeaders[index + 1] : `${value}, ${rawHeaders[index + 1]}`;
  }
  return value;
}
