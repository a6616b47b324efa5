import ipaddr from 'ipaddr.js';
import type { AccessRule } from '../../plan/plan.js';
import type { Exchange } from '../http/exchange.js';
import type { Variables } from './variables.js';

/** What a rule may ask. `names` are the client's host names, checked forward; undefined where nobody looked. */
export interface AccessQuestion {
  readonly exchange: Exchange;
  readonly variables: Variables;
  readonly names: readonly string[] | undefined;
}

/** `neutral`: says nothing, such as a `not` that does not hold. */
type Verdict = 'granted' | 'denied' | 'neutral';
type Compiled = (question: AccessQuestion) => Verdict;

export interface Access {
  readonly always: boolean;
  readonly needsNames: boolean;
  allows(question: AccessQuestion): boolean;
}

/** Apache's Require logic (mod_authz_core). */
export function compileAccess(rule: AccessRule): Access {
  const judge = compile(rule);
  return {
    always: rule.kind === 'granted',
    needsNames: asksNames(rule),
    allows: (question) => judge(question) === 'granted',
  };
}

function compile(rule: AccessRule): Compiled {
  switch (rule.kind) {
    case 'granted':
      return () => 'granted';
    case 'denied':
      return () => 'denied';
    case 'ip': {
      const networks = rule.networks.map(parseNetwork);
      return ({ exchange }) => verdict(inNetworks(exchange.peer.remoteAddress, networks));
    }
    case 'host':
      return ({ names }) =>
        verdict(names?.some((name) => rule.names.some((own) => within(name, own))) ?? false);
    case 'local':
      return ({ exchange }) => verdict(isLocal(exchange));
    case 'method': {
      const methods = rule.methods.map(withHead);
      return ({ exchange }) => verdict(methods.includes(withHead(exchange.method)));
    }
    case 'env':
      return ({ variables }) => verdict(rule.names.some((name) => variables.has(name)));
    case 'not': {
      const of = compile(rule.of);
      return (question) => (of(question) === 'granted' ? 'denied' : 'neutral');
    }
    default:
      return combine(rule.kind, rule.of.map(compile));
  }
}

/** RequireAll: none denies and one grants. RequireAny: one grants. RequireNone: none grants, and says nothing else. */
function combine(kind: 'all' | 'any' | 'none', parts: readonly Compiled[]): Compiled {
  return (question) => {
    let granted = false;
    for (const part of parts) {
      const one = part(question);
      if (one === 'granted') {
        if (kind === 'any') return 'granted';
        if (kind === 'none') return 'denied';
        granted = true;
      } else if (one === 'denied' && kind === 'all') return 'denied';
    }
    if (kind === 'none') return 'neutral';
    return kind === 'all' && granted ? 'granted' : 'denied';
  };
}

/** In Apache HEAD is a GET without its body, wherever methods are compared. */
function withHead(method: string): string {
  return method === 'HEAD' ? 'GET' : method;
}

function verdict(holds: boolean): Verdict {
  return holds ? 'granted' : 'denied';
}

function asksNames(rule: AccessRule): boolean {
  if (rule.kind === 'host') return true;
  if (rule.kind === 'not') return asksNames(rule.of);
  return 'of' in rule && rule.of.some(asksNames);
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

function parseNetwork(text: string): Network {
  return ipaddr.parseCIDR(text);
}

function inNetworks(address: string, networks: readonly Network[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const own = ipaddr.process(address);
  return networks.some(
    ([network, bits]) => own.kind() === network.kind() && own.match([network, bits] as never),
  );
}

/** `Require local`: a loopback address, or both ends the same. */
function isLocal(exchange: Exchange): boolean {
  const { remoteAddress, localAddress } = exchange.peer;
  return (
    remoteAddress === localAddress || remoteAddress === '::1' || remoteAddress.startsWith('127.')
  );
}

/** The name itself, or a name below it. */
function within(name: string, own: string): boolean {
  const wanted = own.toLowerCase().replace(/^\./, '');
  return name === wanted || name.endsWith(`.${wanted}`);
}
