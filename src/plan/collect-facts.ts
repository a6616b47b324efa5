import { findSetpriv } from '../base/as-identity.js';
import type { Config } from '../config/config.js';
import { inspectPython, inspectTools } from '../python/inspect.js';
import { inspectLibrary } from '../python/libpython.js';
import { lookingOnce, type Machine } from '../python/machine.js';
import { walkPath } from '../python/path-walk.js';
import { findUser, readAccounts } from './accounts.js';
import { activationFacts } from './activations.js';
import type { Facts } from './facts.js';
import { planHosts } from './hosts.js';
import { planIdentities } from './identities.js';
import { machineFacts } from './machine-facts.js';
import { pathsToLookAt } from './paths.js';
import { closedPrograms } from './programs.js';
import { pythonRequests, usesEmbedded } from './python-requests.js';
import { scriptFacts } from './script-facts.js';
import { groupUses } from './uses.js';

/** Asks the machine everything that `buildPlan` needs. Starts interpreters, leaves nothing running. */
export async function collectFacts(config: Config, given: Machine): Promise<Facts> {
  const machine = lookingOnce(given);
  const setpriv = findSetpriv((path) => typeof machine.look(path) !== 'string');
  const files: Omit<Facts, 'paths' | 'pythons' | 'closedPrograms'> = {
    self: machine.self,
    environment: usedVariables(config, machine),
    hostName: machine.hostName,
    runtimeFolder: runtimeFolder(machine),
    ...(setpriv !== undefined && { setpriv }),
    accounts: await readAccounts(machine, namedAccounts(config, machine)),
  };
  const identities = planIdentities(config, files);
  const paths = Object.fromEntries(
    pathsToLookAt(config, identities).map((path) => [path, walkPath(path, machine)]),
  );
  const hosts = planHosts(config, { ...files, paths });
  const uses = groupUses(hosts);
  const requests = pythonRequests(config, identities, uses);
  const tools = inspectTools(
    machine,
    setpriv,
    (uid) => findUser(files.accounts, `#${uid}`)?.name ?? `#${uid}`,
  );
  const pythons = await Promise.all(
    requests.map(async ({ group, ...request }) => [group, await inspectPython(request, tools)]),
  );
  const inspected = Object.fromEntries(pythons);
  const embedded = usesEmbedded(config, uses) ? inspected['']?.python : undefined;
  const who = identities.gateways;
  const asking = { paths, pythons: inspected, identities, machine, setpriv };
  const scripts = await scriptFacts(uses, asking);
  return {
    ...files,
    paths,
    closedPrograms: await closedPrograms(machine, identities, setpriv),
    pythons: inspected,
    machine: await machineFacts(config, machine),
    scripts,
    activations: activationFacts(scripts.uses, (group) => inspected[group]?.python.home, machine),
    ...(embedded?.version !== undefined && {
      library: await inspectLibrary(embedded, {
        machine,
        ...(setpriv !== undefined && { setpriv }),
        ...(who && { who }),
      }),
    }),
  };
}

function usedVariables(config: Config, machine: Machine): Record<string, string> {
  const names = new Set(['TZ', 'HOME', 'PYTHONHOME', 'PYTHONPATH']);
  for (const host of [config.main, ...config.virtualHosts])
    for (const { settings } of [
      host,
      ...host.sections,
      ...host.sections.flatMap((s) => s.children),
    ])
      for (const { value } of settings.environment)
        if (value.kind === 'pass') names.add(value.name);
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = machine.environment[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** A private folder is made in it, so that it may be shared. */
function runtimeFolder(machine: Machine): string {
  if (machine.self.uid === 0) return '/run';
  const own = machine.environment['XDG_RUNTIME_DIR'];
  return own?.startsWith('/') && walkPath(own, machine).end === 'folder'
    ? own
    : machine.temporaryFolder;
}

function namedAccounts(config: Config, machine: Machine) {
  const users = new Set([`#${machine.self.uid}`]);
  const groups = new Set([`#${machine.self.gid}`]);
  const { user, group, gatewayUser, gatewayGroup } = config.global;
  for (const stated of [user, gatewayUser]) if (stated) users.add(stated.value);
  for (const stated of [group, gatewayGroup]) if (stated) groups.add(stated.value);
  for (const { options } of config.processGroups) {
    if (options.user) users.add(options.user.value);
    if (options.group) groups.add(options.group.value);
    for (const name of options.supplementaryGroups?.value ?? []) groups.add(name);
  }
  return { users: [...users], groups: [...groups] };
}
