import { diagnostic } from '../base/diagnostic.js';
import type { Stated } from '../base/span.js';
import type {
  DirectorySettings,
  HostSettings,
  Requirement,
  Section,
  VirtualHost,
} from './config.js';
import type { Evaluation } from './declaration.js';

/** What can be judged only when everything has been read. */
export function finish(evaluation: Evaluation): void {
  for (const host of evaluation.config.virtualHosts) checkTls(evaluation, host);
  closeWithoutListen(evaluation);
  closeUnknowable(evaluation);
}

/** Where each Listen is for TLS, what it has passed over is not served on the address that is usual without one. */
function closeWithoutListen({ config, tlsListens: [first], ignoreUnsupported }: Evaluation): void {
  if (first === undefined || !ignoreUnsupported || config.global.listen.length > 0) return;
  config.main.settings.closed ??= { value: 'Listen with https', at: first.at };
}

/** A host on port 443 is for TLS in Apache too, until it or its Listen says that it is not. */
function checkTls(evaluation: Evaluation, host: VirtualHost): void {
  const { config, ignoreUnsupported, tls, plainPorts } = evaluation;
  const own = host.addresses.find(({ value }) => value.port === 443);
  const stated = tls.get(host) ?? tls.get(config.main);
  if (!own || stated !== undefined || plainPorts.has(443)) return;
  const message = 'a host on port 443 (TLS) is not supported yet';
  const found = diagnostic('unsupported-directive', message, {
    at: own.at,
    hint: 'where a proxy in front ends TLS, write SSLEngine Off into the host',
  });
  if (ignoreUnsupported) host.settings.closed ??= { value: 'TLS of port 443', at: own.at };
  evaluation.diagnostics.push(
    ignoreUnsupported
      ? {
          ...found,
          severity: 'warning',
          message: `${message}: every request to this host gets 403`,
        }
      : found,
  );
}

/** Sections that ask for what a directive would have found out, had it not been passed over. */
function closeUnknowable({ config, lost }: Evaluation): void {
  if (!lost.address && !lost.variables) return;
  const hosts: HostSettings[] = [config.main, ...config.virtualHosts];
  const byAddress = lost.address && hosts.some(usesAddressVariables);
  for (const settings of hosts.flatMap(allSettings)) {
    const kinds = settings.require ? kindsOf(settings.require.value) : [];
    const address = kinds.some((kind) => ['ip', 'host', 'local'].includes(kind));
    const variables = kinds.includes('env');
    const reason: Stated<string> | undefined =
      (address || (variables && byAddress) ? lost.address : undefined) ??
      (variables ? lost.variables : undefined);
    if (reason) settings.closed ??= reason;
  }
}

function allSettings({ settings, sections }: HostSettings): DirectorySettings[] {
  const within = (list: readonly Section[]): DirectorySettings[] =>
    list.flatMap((section) => [section.settings, ...within(section.children)]);
  return [settings, ...within(sections)];
}

function usesAddressVariables(host: HostSettings): boolean {
  return allSettings(host).some(({ environment }) =>
    environment.some(
      ({ value }) => value.kind === 'set-if' && /^remote_(addr|host)$/i.test(value.attribute),
    ),
  );
}

function kindsOf(requirement: Requirement): string[] {
  if (requirement.kind === 'not') return kindsOf(requirement.of);
  return 'of' in requirement ? requirement.of.flatMap(kindsOf) : [requirement.kind];
}
