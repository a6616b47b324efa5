import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import type { ListenAddress } from '../config/config.js';

/** `8080`, `127.0.0.1:8080`, `[::1]:8080`, `*:8080`; port 0 is any free one. */
export function parseListen(text: string): ListenAddress {
  const found = /^(?:(.*):)?(\d{1,5})$/.exec(text);
  const port = Number(found?.[2]);
  if (!found || port > 65535) throw invalid('[ADDRESS:]PORT such as 8080 or 127.0.0.1:8080');
  const written = found[1];
  if (written === undefined || written === '*') return { port };
  const address = written.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) === 0 || (isIP(address) === 6 && address === written))
    throw invalid('an IP address in front of the port, IPv6 in brackets: [::1]:8080');
  return { address, port };
}

export function parsePort(text: string): number {
  const port = wholeNumber(text);
  if (port === undefined || port > 65535) throw invalid('a port from 0 to 65535');
  return port;
}

export function parseCount(text: string): number {
  const count = wholeNumber(text);
  if (count === undefined || count < 1) throw invalid('a whole number, 1 or more');
  return count;
}

export function parseAddress(text: string): string {
  if (isIP(text) === 0) throw invalid('an IP address such as 127.0.0.1');
  return text;
}

export function parseMount(text: string): string {
  if (!text.startsWith('/')) throw invalid('a URL path that starts with /');
  return text;
}

/** `-D NAME` and `-D NAME=VALUE`, collected. */
export function collectDefine(text: string, before: Map<string, string>): Map<string, string> {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw invalid('NAME or NAME=VALUE');
  return new Map(before).set(name, equals === -1 ? '' : text.slice(equals + 1));
}

export function collectFile(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function invalid(wanted: string): InvalidArgumentError {
  return new InvalidArgumentError(`Write ${wanted}.`);
}
