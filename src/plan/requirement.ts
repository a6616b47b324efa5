import { isIP } from 'node:net';
import type { Requirement } from '../config/config.js';
import type { AccessRule } from './plan.js';

/** Apache's Require as a rule for the gateway: the same tree, networks in CIDR form. */
export function accessRule(requirement: Requirement): AccessRule {
  switch (requirement.kind) {
    case 'ip':
      return { kind: 'ip', networks: requirement.networks.map(toCidr) };
    case 'not':
      return { kind: 'not', of: accessRule(requirement.of) };
    case 'all':
    case 'any':
    case 'none':
      return { kind: requirement.kind, of: requirement.of.map(accessRule) };
    default:
      return requirement;
  }
}

/** `10.1` is 10.1.0.0/16, `10.0.0.0/255.0.0.0` is 10.0.0.0/8, a single address has all its bits. */
function toCidr(network: string): string {
  const [address = '', bits] = network.split('/');
  if (bits !== undefined) return `${address}/${isIP(bits) === 4 ? maskLength(bits) : bits}`;
  if (isIP(address) === 6) return `${address}/128`;
  const parts = address.split('.').filter(Boolean);
  return `${[...parts, '0', '0', '0'].slice(0, 4).join('.')}/${8 * Math.min(4, parts.length)}`;
}

function maskLength(mask: string): number {
  const bits = mask.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  return bits.join('').replace(/0+$/, '').length;
}
