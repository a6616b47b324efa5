import type { Stated } from '../base/span.js';
import type { Config } from '../config/config.js';
import { type Account, type Accounts, findUser } from './accounts.js';

/** Whoever makes this account wants gateways to have it. */
const ownUser = 'venvhost';

/**
 * The account that gateways take when no GatewayUser is stated. Applications in embedded mode run as the user of
 * gateways, which stays `User` for them.
 */
export function ownAccount(config: Config, accounts: Accounts): Account | undefined {
  return mayUseEmbedded(config) ? undefined : findUser(accounts, ownUser);
}

/** Whether a mount has no process group but maybe that of a section. */
function mayUseEmbedded({ global, main, virtualHosts }: Config): boolean {
  if (global.restrictEmbedded?.value) return false;
  const isEmbedded = (name: Stated<string> | undefined) =>
    name === undefined || name.value === '' || name.value === '%{GLOBAL}';
  return [main, ...virtualHosts].some((host) => {
    const usual = host.settings.processGroup ?? main.settings.processGroup;
    const mounts =
      host === main ? main.scriptAliases : [...host.scriptAliases, ...main.scriptAliases];
    return (
      mounts.some(({ processGroup }) => isEmbedded(processGroup ?? usual)) ||
      host.importScripts.some(({ processGroup }) => isEmbedded(processGroup))
    );
  });
}
