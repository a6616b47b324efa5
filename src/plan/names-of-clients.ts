import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Stated } from '../base/span.js';
import type { Config, DirectorySettings, HostSettings } from '../config/config.js';
import { parseGroupName } from './group-name.js';
import type { PlannedHost } from './hosts.js';

type Key = 'applicationGroup' | 'processGroup';

/** Group names that are text of clients, who can make up as many as they like. */
export function checkNamesOfClients(config: Config, hosts: readonly PlannedHost[]): Diagnostic[] {
  return hosts.flatMap(({ stated }) => {
    const reached = hosts.filter((host) => host.stated === stated || stated === config.main);
    const takesAnyName = reached.some((host) => isForUnknownNames(host, config));
    return scopesOf(stated).flatMap((scope) =>
      (['applicationGroup', 'processGroup'] as const).flatMap((key) => {
        const name = scope[key];
        return name ? check(key, name, config, takesAnyName) : [];
      }),
    );
  });
}

function check(
  key: Key,
  { value, at }: Stated<string>,
  config: Config,
  takesAnyName: boolean,
): Diagnostic[] {
  const what = key === 'applicationGroup' ? 'application group' : 'process group';
  const name = parseGroupName(value);
  if (name.kind === 'host' && takesAnyName)
    return [
      diagnostic(
        'group-name-of-clients',
        `clients choose the ${what}: ${value} is what their Host header says, and this place takes every name`,
        {
          at,
          hint: 'write %{SERVER}, the name that the configuration gives\nor let another <VirtualHost> be the first one, which takes all names that nobody has',
        },
      ),
    ];
  const rule = name.kind === 'env' ? takenFromRequest(name.variable, config) : undefined;
  if (!rule) return [];
  return [
    diagnostic(
      'group-name-of-clients',
      `clients choose the ${what}: the value of ${value} is text of their request`,
      {
        at,
        hint: 'set the variable to names that are written out',
        related: [{ message: 'it is taken from the request here', at: rule.at }],
      },
    ),
  ];
}

function scopesOf(host: HostSettings): readonly Pick<DirectorySettings, Key>[] {
  return [
    host.settings,
    ...host.scriptAliases,
    ...host.sections.flatMap((section) =>
      [section, ...section.children].map((one) => one.settings),
    ),
  ];
}

/** Whether requests with a name come to it that nothing in the configuration says. */
function isForUnknownNames({ plan, reached }: PlannedHost, config: Config): boolean {
  if (!reached) return false;
  if (plan.id === 0 || plan.aliases.some((alias) => /[*?]/.test(alias))) return true;
  const addresses = ({ addresses }: (typeof config.virtualHosts)[number]) =>
    addresses.map(({ value: { address, port } }) => `${address} ${port ?? '*'}`);
  const earlier = config.virtualHosts.slice(0, plan.id);
  const own = earlier.pop()!;
  const before = new Set(earlier.flatMap(addresses));
  return addresses(own).some((address) => !before.has(address));
}

/** SetEnvIf that puts what it has matched into the variable. */
function takenFromRequest(variable: string, config: Config) {
  return [config.main, ...config.virtualHosts]
    .flatMap((host) => [
      host.settings,
      ...host.sections.flatMap((section) =>
        [section, ...section.children].map((one) => one.settings),
      ),
    ])
    .flatMap(({ environment }) => environment)
    .find(
      ({ value }) =>
        value.kind === 'set-if' &&
        value.assignments.some((one) => one.name === variable && /\$\d/.test(one.value ?? '')),
    );
}
