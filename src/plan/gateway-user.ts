import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Config } from '../config/config.js';
import type { Identity, ProcessGroupPlan } from './plan.js';
import { usesEmbedded } from './python-requests.js';
import type { GroupUse } from './uses.js';

/**
 * Applications that run as the user of gateways, or inside of them, while other groups have users of their own:
 * what such an application does to gateways reaches those groups.
 */
export function checkGatewayUser(
  config: Config,
  groups: readonly ProcessGroupPlan[],
  uses: readonly GroupUse[],
  gateways: Identity | undefined,
): Diagnostic[] {
  const apart = groups.find(({ identity }) => identity && identity.uid !== gateways?.uid);
  if (!gateways || !apart?.identity) return [];
  const other = `${JSON.stringify(apart.name)} has user ${apart.identity.user} of its own`;
  const related = apart.at && [{ message: 'the other group is defined here', at: apart.at }];
  const sharing = groups.filter(({ identity }) => identity?.uid === gateways.uid);
  return [
    ...sharing.map(({ name, at }) =>
      diagnostic(
        'gateway-user-shared',
        `process group ${JSON.stringify(name)} runs as ${gateways.user}, as the gateways do, while process group ${other}`,
        {
          ...(at && { at }),
          hint: `give it a user of its own: user=NAME\nor give gateways one: GatewayUser venvhost\nmake that one: useradd --system venvhost`,
          ...(related && { related }),
        },
      ),
    ),
    ...insideGateways(config, uses).map(({ target, at }) =>
      diagnostic(
        'gateway-user-shared',
        `${target} runs in embedded mode, inside of the gateways, which reach every process group, while process group ${other}`,
        {
          at,
          hint: 'choose a process group for it: WSGIProcessGroup NAME',
          ...(related && { related }),
        },
      ),
    ),
  ];
}

/** The first is enough. */
function insideGateways(config: Config, uses: readonly GroupUse[]) {
  if (!usesEmbedded(config, uses)) return [];
  const first = uses.find(({ name, mount }) => name === '' && mount);
  return first?.mount ? [first.mount.stated] : [];
}
