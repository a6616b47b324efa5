import { compilePattern, type Pattern } from '../../patterns/pattern.js';
import type { EnvironmentRule } from '../../plan/plan.js';
import type { Settled } from '../../rules/compile-sections.js';
import { toUrlText } from '../../rules/url-text.js';
import type { Exchange } from '../http/exchange.js';

/** Variables of one request: named groups of sections, SetEnv, PassEnv, UnsetEnv, SetEnvIf. */
export type Variables = ReadonlyMap<string, string>;
export const noVariables: Variables = new Map();

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
    const variables = new Map(variablesOf?.(path));
    for (const [name, value] of matched.variables) variables.set(name, value);
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

type SetIf = Extract<EnvironmentRule, { kind: 'set-if' }>;
type ApplyEarly = (exchange: Exchange, path: string, variables: Map<string, string>) => void;

function compileSetIf(rule: SetIf): ApplyEarly {
  const { ignoreCase } = rule;
  const pattern = compilePattern(toUrlText(rule.regex), { ignoreCase });
  const attributeOf = compileAttribute(rule);
  const literal = isLiteral(rule.regex);
  const assignments = rule.assignments.map(({ name, value }) => ({
    name,
    value: value === null || literal || !/[$\\]/.test(value) ? value : valueParts(value),
  }));
  return (exchange, path, variables) => {
    const match = pattern.exec(attributeOf(exchange, path, variables));
    if (!match) return;
    for (const { name, value } of assignments) {
      if (value === null) variables.delete(name);
      else if (typeof value === 'string') variables.set(name, value);
      else
        variables.set(
          name,
          value.map((part) => (typeof part === 'string' ? part : (match[part] ?? ''))).join(''),
        );
    }
  };
}

/** What mod_setenvif looks for as a text; it puts no groups into values then. */
function isLiteral(regex: string): boolean {
  return /^(?:[^\\^.$|()[\]*+?{}]|\\[\\^.$|()[\]*+?{}])*$/.test(regex);
}

/** Text, and the numbers of groups; a backslash takes the meaning of what follows it away. */
function valueParts(value: string): (string | number)[] {
  return (value.match(/\$[0-9]|\\[\s\S]|[\s\S]/g) ?? []).map((part) => {
    if (part.length === 1) return part;
    return part.startsWith('$') ? Number(part[1]) : (part[1] as string);
  });
}

type AttributeOf = (exchange: Exchange, path: string, variables: Variables) => string;

function compileAttribute({ attribute, ignoreCase, early }: SetIf): AttributeOf {
  switch (attribute.toLowerCase()) {
    case 'remote_addr':
    case 'remote_host':
      return (exchange) => exchange.peer.remoteAddress;
    case 'server_addr':
      return (exchange) => exchange.peer.localAddress;
    case 'request_method':
      return (exchange) => exchange.method;
    case 'request_protocol':
      return (exchange) => `HTTP/${exchange.version}`;
    case 'request_uri':
      return early ? (exchange) => pathAsSent(exchange.target) : (_, path) => path;
    default:
  }
  if (/[^A-Za-z0-9_-]/.test(attribute)) {
    const names = compilePattern(attribute, { ignoreCase });
    return (exchange) => lastNamed(exchange, names) ?? '';
  }
  return (exchange, _, variables) =>
    headerOf(exchange, attribute) ?? variables.get(attribute) ?? '';
}

function pathAsSent(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

/** Of the headers with such a name that which comes last, as it was spelt first. */
function lastNamed(exchange: Exchange, names: Pattern): string | undefined {
  const { rawHeaders } = exchange;
  const seen = new Set<string>();
  let last: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const lower = name.toLowerCase();
    if (seen.has(lower)) continue;
    seen.add(lower);
    if (names.test(name)) last = lower;
  }
  return last === undefined ? undefined : headerOf(exchange, last);
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
