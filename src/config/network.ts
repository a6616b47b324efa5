import { isIP } from 'node:net';

/** An address, CIDR, address and netmask, or the first numbers of an IPv4 address. */
export function isNetwork(text: string): boolean {
  const [address, mask, ...more] = text.split('/');
  if (more.length > 0 || !address) return false;
  const version = isIP(address);
  if (mask !== undefined) {
    if (version === 4 && isIP(mask) === 4) return true;
    return version !== 0 && /^\d+$/.test(mask) && Number(mask) <= (version === 4 ? 32 : 128);
  }
  return (
    version !== 0 ||
    (/^(\d{1,3}\.){0,2}\d{1,3}\.?$/.test(address) &&
      address.split('.').every((part) => Number(part) <= 255))
  );
}
