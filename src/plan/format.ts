import { groupChoices } from './group-choices.js';
import { formatGroupName } from './group-name.js';
import { formatAddress, takesAllRequests } from './listeners.js';
import type { HostPlan, MountPlan, Plan, ProcessGroupPlan } from './plan.js';

/** A plan for a person: what listens, what each URL leads to, and which Python runs it. Ends in a newline. */
export function formatPlan(plan: Plan): string {
  const { gateways, listeners } = plan;
  const covered = takesAllRequests(
    listeners,
    plan.hosts.flatMap((host) => host.addresses ?? []),
  );
  const hosts = plan.hosts.filter((host) => host.addresses || (servesAnything(host) && !covered));
  return [
    `listening on ${listeners.map(formatAddress).join(', ')}`,
    `${count(gateways.count, 'gateway')} as ${gateways.identity?.user ?? 'the user who starts the server'}`,
    ...hosts.flatMap((host) => ['', ...hostLines(host, plan)]),
    ...['', ...groupLines(plan)].slice(groupLines(plan).length > 0 ? 0 : 1),
    '',
  ].join('\n');
}

/** One line for each process group; what `check` prints when all is well. Ends in a newline, or is empty. */
export function formatGroupLines(plan: Plan): string {
  return groupLines(plan)
    .map((line) => `${line}\n`)
    .join('');
}

function groupLines({ processGroups, embedded }: Plan): string[] {
  return [...processGroups.map(groupLine), ...(embedded ? [groupLine(embedded)] : [])];
}

function groupLine(group: ProcessGroupPlan): string {
  const { processes, threads, identity, broken, python, name } = group;
  const title = name === '' ? 'embedded mode' : `process group ${name}`;
  if (broken) return `${title}: broken (${broken.code}), its requests get 503`;
  const size = `${name === '' ? count(processes, 'gateway') : count(processes, 'process', 'es')} of ${count(threads, 'thread')}`;
  return `${title}: ${pythonText(python)}, ${size}${identity ? `, user ${identity.user}` : ''}`;
}

function pythonText({ version, prefix, executable }: ProcessGroupPlan['python']): string {
  return `Python ${version ?? '(unknown)'} of ${prefix ?? executable}`;
}

function servesAnything(host: HostPlan): boolean {
  return host.mounts.length + host.files.length > 0 || host.documentRoot !== undefined;
}

function hostLines(host: HostPlan, plan: Plan): string[] {
  const where = [
    ...(host.addresses ? [host.addresses.map(formatAddress).join(' ')] : []),
    ...(host.aliases.length > 0 ? [`also ${host.aliases.join(' ')}`] : []),
  ].join(', ');
  const rows: [string, string][] = [
    ...host.files.map(({ url, target }): [string, string] => [urlText(url), `files ${target}`]),
    ...host.mounts.flatMap((mount) => mountRows(mount, host, plan)),
    ...(host.documentRoot === undefined
      ? []
      : [['(else)', `files ${host.documentRoot}`] as [string, string]]),
  ];
  const width = Math.max(0, ...rows.map(([url]) => url.length));
  return [
    `${host.addresses ? 'host' : 'main server'} ${host.name}${host.port === undefined ? '' : `:${host.port}`}${where === '' ? '' : ` (${where})`}`,
    ...rows.map(([url, text]) => `  ${url.padEnd(width)}  ${text}`),
  ];
}

function mountRows(mount: MountPlan, host: HostPlan, plan: Plan): [string, string][] {
  const applications = groupChoices(host, mount, 'applicationGroup').map(({ name }) =>
    formatGroupName(name),
  );
  const choices = groupChoices(host, mount, 'processGroup');
  return [
    [urlText(mount.url), mount.target + (mount.rest ?? '')],
    ...choices.map(({ name }): [string, string] => {
      const group =
        name.kind === 'literal'
          ? [...plan.processGroups, plan.embedded].find((one) => one?.name === name.name)
          : undefined;
      const title =
        name.kind === 'literal' && name.name === ''
          ? 'embedded mode'
          : `process group ${formatGroupName(name)}`;
      return [
        '',
        [
          choices.length > 1 ? `${title} (for some requests)` : title,
          `application group ${[...new Set(applications)].join(' or ')}`,
          ...(group ? [group.broken ? 'broken' : pythonText(group.python)] : []),
          ...(group?.identity ? [`user ${group.identity.user}`] : []),
        ].join(', '),
      ];
    }),
  ];
}

function urlText(url: MountPlan['url']): string {
  return url.kind === 'prefix' ? url.prefix : `~ ${url.source}`;
}

function count(number: number, what: string, plural = 's'): string {
  return `${number} ${what}${number === 1 ? '' : plural}`;
}
