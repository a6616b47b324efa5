import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { didYouMean, nearest } from '../base/nearest.js';
import type { Span, Stated } from '../base/span.js';
import type { Config, ProcessGroup } from '../config/config.js';
import { type GroupChoice, groupChoices } from './group-choices.js';
import { parseGroupName } from './group-name.js';
import { hostTitle, type PlannedHost } from './hosts.js';
import type { PlannedMount } from './mounts.js';

/** A process group that requests of a mount, or an import script, can get. */
export interface GroupUse {
  readonly host: PlannedHost;
  readonly mount?: PlannedMount;
  /** A literal name; absent when only the request tells. */
  readonly name?: string;
  readonly at?: Span;
}

/** Every way in which a process group can be chosen. */
export function groupUses(hosts: readonly PlannedHost[]): GroupUse[] {
  return hosts.flatMap((host) => [
    ...(host.reached ? host.mounts : []).flatMap((mount) =>
      groupChoices(host.plan, mount.plan, 'processGroup').map((choice) =>
        useOf(host, mount, choice),
      ),
    ),
    ...host.stated.importScripts.map(({ processGroup }) => ({
      host,
      name: groupOfImport(processGroup.value),
      at: processGroup.at,
    })),
  ]);
}

/** WSGIImportScript expands nothing but `%{GLOBAL}`. */
export function groupOfImport(text: string): string {
  return text === '%{GLOBAL}' ? '' : text;
}

function useOf(host: PlannedHost, mount: PlannedMount, choice: GroupChoice): GroupUse {
  const at =
    choice.from === 'alias'
      ? mount.stated.processGroup?.at
      : choice.from === 'host'
        ? host.processGroupAt
        : host.sections.find(({ plan }) => plan === choice.from)?.stated.processGroup?.at;
  return {
    host,
    mount,
    ...(choice.name.kind === 'literal' && { name: choice.name.name }),
    ...((at ?? mount.stated.at) && { at: at ?? mount.stated.at }),
  };
}

/** Literal names that nothing defines, groups of other hosts, groups that nothing uses, embedded mode. */
export function checkUses(
  config: Config,
  hosts: readonly PlannedHost[],
  uses: readonly GroupUse[],
): Diagnostic[] {
  const groups = new Map(config.processGroups.map((group) => [group.name, group]));
  return [
    ...statedNames(hosts).flatMap((name) => unknownGroup(name, groups)),
    ...uses.flatMap((use) => notAccessible(use, groups, hosts)),
    ...unused(config, uses),
    ...embedded(config, uses),
  ].filter(firstOfItsPlace());
}

function statedNames(hosts: readonly PlannedHost[]): Stated<string>[] {
  return hosts.flatMap(({ stated }) =>
    [
      stated.settings.processGroup,
      ...stated.scriptAliases.map((alias) => alias.processGroup),
      ...stated.importScripts.map((script) => script.processGroup),
      ...stated.sections.flatMap((section) =>
        [section, ...section.children].map((one) => one.settings.processGroup),
      ),
    ].filter((name) => name !== undefined),
  );
}

function unknownGroup(
  { value, at }: Stated<string>,
  groups: ReadonlyMap<string, ProcessGroup>,
): Diagnostic[] {
  const name = parseGroupName(value);
  if (name.kind !== 'literal' || name.name === '' || groups.has(name.name)) return [];
  const known = [...groups.keys()];
  return [
    diagnostic('unknown-process-group', `no WSGIDaemonProcess defines ${JSON.stringify(value)}`, {
      at,
      hint:
        didYouMean(value, known) ??
        (known.length > 0
          ? `the defined ones are ${known.join(', ')}; or add WSGIDaemonProcess ${value}`
          : `add WSGIDaemonProcess ${value}`),
    }),
  ];
}

function notAccessible(
  { name, host, at }: GroupUse,
  groups: ReadonlyMap<string, ProcessGroup>,
  hosts: readonly PlannedHost[],
): Diagnostic[] {
  const group = name ? groups.get(name) : undefined;
  const owner = group && restrictedTo(group, hosts);
  if (owner === undefined || owner === host.plan.name) return [];
  return [
    diagnostic(
      'process-group-not-accessible',
      `process group ${JSON.stringify(name)} belongs to host ${owner}, and ${hostTitle(host.plan)} cannot use it`,
      {
        ...(at && { at }),
        hint: 'move its WSGIDaemonProcess out of the <VirtualHost>, then every host can use it',
        related: [{ message: 'it is defined here', at: group!.at }],
      },
    ),
  ];
}

/** The server name whose hosts may use a group; undefined: all may. Twins of different names open it to all. */
export function restrictedTo(
  group: ProcessGroup,
  hosts: readonly PlannedHost[],
): string | undefined {
  const owners = [group, ...(group.twins ?? [])].map(({ host }) =>
    host === undefined ? undefined : hosts[host + 1]?.plan.name,
  );
  return new Set(owners).size === 1 ? owners[0] : undefined;
}

function unused(config: Config, uses: readonly GroupUse[]): Diagnostic[] {
  if (uses.some(({ name }) => name === undefined)) return [];
  const known = config.processGroups.map(({ name }) => name);
  // A group that a misspelt name was meant for is used, and the misspelling is said already.
  const used = new Set(
    uses.flatMap(({ name = '' }) => (known.includes(name) ? name : nearest(name, known))),
  );
  return config.processGroups
    .filter(({ name }) => !used.has(name))
    .map(({ name, at }) =>
      diagnostic('unused-process-group', `nothing runs in process group ${JSON.stringify(name)}`, {
        at,
        hint: `add WSGIProcessGroup ${name} where its application is mounted`,
      }),
    );
}

function embedded(config: Config, uses: readonly GroupUse[]): Diagnostic[] {
  const code = config.global.restrictEmbedded?.value ? 'embedded-restricted' : 'embedded-mode';
  return uses
    .filter(({ name, mount }) => name === '' && mount !== undefined)
    .map(({ mount }) => {
      const url = mount!.stated.url;
      const where = url.kind === 'prefix' ? url.prefix : url.source;
      const names = config.processGroups.map((group) => group.name);
      return diagnostic(
        code,
        code === 'embedded-restricted'
          ? `${where} has no process group, and WSGIRestrictEmbedded is On`
          : `${where} has no process group: it runs in embedded mode, in the gateway processes`,
        {
          at: mount!.stated.at,
          hint: `add WSGIProcessGroup ${names.length === 1 ? names[0] : 'NAME'} to choose ${names.length > 0 ? 'a group' : 'a group of a WSGIDaemonProcess'}`,
        },
      );
    });
}

/** Virtual hosts inherit: one mistake is said once. */
function firstOfItsPlace(): (found: Diagnostic) => boolean {
  const seen = new Set<string>();
  return ({ code, at, message }) => {
    const key = at ? `${code} ${at.file}:${at.line}:${at.column}` : `${code} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}
