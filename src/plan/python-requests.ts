import { commandLineFile, type Span, type Stated } from '../base/span.js';
import type { Config } from '../config/config.js';
import type { HomeSetting } from '../python/home.js';
import type { PythonRequest } from '../python/inspect.js';
import type { Identities } from './identities.js';
import type { GroupUse } from './uses.js';

export type GroupPythonRequest = PythonRequest & { readonly group: string };

/**
 * Which interpreter each process group asks for. `''` is among them where requests can run in embedded mode.
 * With root, a group whose user could not be looked up is left out: root starts no interpreter.
 */
export function pythonRequests(
  config: Config,
  identities: Identities,
  uses: readonly GroupUse[],
): GroupPythonRequest[] {
  const names = config.processGroups.map(({ name }) => name);
  if (usesEmbedded(config, uses)) names.push('');
  return names.flatMap((group) => {
    const who = identities.groups.get(group);
    if (!who && identities.self.uid === 0) return [];
    const home = statedHome(config, group);
    return [
      {
        group,
        ...(home && { home: home.stated.value, setting: home.setting }),
        ...(who && { who }),
      },
    ];
  });
}

/** Whether requests of a mount, or an import script, can run in embedded mode, and may. */
export function usesEmbedded({ global }: Config, uses: readonly GroupUse[]): boolean {
  return !global.restrictEmbedded?.value && uses.some(({ name }) => name === '');
}

/** `python-home=` of the group, else WSGIPythonHome. */
export function statedHome(
  { processGroups, global }: Config,
  name: string,
): { readonly stated: Stated<string>; readonly setting: HomeSetting } | undefined {
  const own = processGroups.find((group) => group.name === name)?.options.pythonHome;
  if (own) return { stated: own, setting: settingOf(own.at) };
  if (global.pythonHome) return { stated: global.pythonHome, setting: 'WSGIPythonHome' };
  return undefined;
}

/** `venvhost serve` builds its configuration from the command line. */
function settingOf(at: Span): HomeSetting {
  return at.file === commandLineFile ? '--venv' : 'python-home';
}
