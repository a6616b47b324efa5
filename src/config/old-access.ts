import { isNetwork } from './network.js';
import { type Node, wordsOf } from './tree.js';

/** The access control of Apache 2.2 in one section: what `Order`, `Allow` and `Deny` say. */
export interface OldAccess {
  readonly order: 'allow,deny' | 'deny,allow';
  /** What stands after `from`, of all lines. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** What the nodes of one section say together; undefined where they say nothing. */
export function oldAccessIn(siblings: readonly Node[]): OldAccess | undefined {
  const lists = (name: string) =>
    siblings.filter((node) => node.kind === 'directive' && node.name.toLowerCase() === name);
  const [orders, allow, deny] = [lists('order'), lists('allow'), lists('deny')];
  if (orders.length + allow.length + deny.length === 0) return undefined;
  const order = orders.length === 0 ? '' : wordsOf(orders.at(-1)!).join('');
  return {
    // Without an Order, Deny comes first, as if it was written.
    order: order === '' || /^deny,?allow$/i.test(order) ? 'deny,allow' : 'allow,deny',
    allow: allow.flatMap(afterFrom),
    deny: deny.flatMap(afterFrom),
  };
}

function afterFrom(node: Node): string[] {
  const words = wordsOf(node);
  return words.slice(words[0]?.toLowerCase() === 'from' ? 1 : 0);
}

/** Whether it plainly lets everybody in. */
export function opensToAll(access: OldAccess): boolean {
  return modernAccess(access).join() === 'Require all granted';
}

/**
 * The `Require` lines with the same meaning, by the rules of mod_access_compat: `Allow,Deny` lets in who
 * is allowed and not denied; `Deny,Allow` who is not denied, or is allowed.
 */
export function modernAccess({ order, allow, deny }: OldAccess): string[] {
  if (order === 'allow,deny') {
    if (allow.length === 0 || hasAll(deny)) return ['Require all denied'];
    return without(requireLines(allow), deny);
  }
  if (deny.length === 0 || hasAll(allow)) return ['Require all granted'];
  if (hasAll(deny)) return allow.length === 0 ? ['Require all denied'] : requireLines(allow);
  return [...without(['Require all granted'], deny), ...requireLines(allow)];
}

/** `Require` lines for a list of networks, host names and `env=` variables. */
function requireLines(list: readonly string[]): string[] {
  if (hasAll(list)) return ['Require all granted'];
  const variables = list.filter(isVariable).map((word) => word.replace(/^env=/i, ''));
  const networks = list.filter(isNetwork);
  const names = list.filter((word) => !isVariable(word) && !isNetwork(word));
  return [...line('ip', networks), ...line('host', names), ...line('env', variables)];
}

/** Those of `lines` minus who is denied. */
function without(lines: readonly string[], deny: readonly string[]): string[] {
  if (deny.length === 0) return [...lines];
  const allowed =
    lines.length === 1 ? lines : ['<RequireAny>', ...lines.map(indent), '</RequireAny>'];
  const denied = requireLines(deny).map((text) => text.replace(/^Require /, 'Require not '));
  return ['<RequireAll>', ...allowed.map(indent), ...denied.map(indent), '</RequireAll>'];
}

function line(kind: string, words: readonly string[]): string[] {
  return words.length === 0 ? [] : [`Require ${kind} ${words.join(' ')}`];
}

function indent(text: string): string {
  return `  ${text}`;
}

function hasAll(list: readonly string[]): boolean {
  return list.some((word) => word.toLowerCase() === 'all');
}

function isVariable(word: string): boolean {
  return /^env=/i.test(word);
}
