import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { formatSpan, type Stated } from '../base/span.js';
import type { ProcessGroup, ProcessGroupOptions } from './config.js';

/**
 * One definition per name. Identical twins, as the :80 and :443 hosts of one site have them, count as
 * one; mod_wsgi refuses those too ("Name duplicates previous WSGI daemon definition.").
 */
export function mergeProcessGroups(groups: readonly ProcessGroup[]): {
  processGroups: ProcessGroup[];
  diagnostics: Diagnostic[];
} {
  const merged = new Map<string, ProcessGroup>();
  const diagnostics: Diagnostic[] = [];
  for (const group of groups) {
    const first = merged.get(group.name);
    if (!first) {
      merged.set(group.name, group);
      continue;
    }
    const differing = differences(first.options, group.options);
    if (differing.length > 0) {
      diagnostics.push(duplicate(first, group, differing));
      continue;
    }
    merged.set(group.name, join(first, group));
    diagnostics.push(
      diagnostic(
        'merged-process-group',
        `process group "${group.name}" is defined again with the same options: both count as one`,
        { at: group.at, related: [{ message: 'first defined here', at: first.at }] },
      ),
    );
  }
  return { processGroups: [...merged.values()], diagnostics };
}

/** A group that the main server defines too is open to every host. */
function join(first: ProcessGroup, twin: ProcessGroup): ProcessGroup {
  const { host: _, ...rest } = first;
  const twins = [
    ...(first.twins ?? []),
    { at: twin.at, ...(twin.host !== undefined && { host: twin.host }) },
  ];
  return first.host === undefined || twin.host === undefined
    ? { ...rest, twins }
    : { ...first, twins };
}

function duplicate(
  first: ProcessGroup,
  group: ProcessGroup,
  differing: readonly string[],
): Diagnostic {
  return diagnostic(
    'duplicate-process-group',
    `the name duplicates a previous WSGI daemon definition: process group "${group.name}" differs in ${differing.join(', ')}`,
    {
      at: group.at,
      related: [{ message: 'first defined here', at: first.at }],
      hint: `give one of them another name, or write the options of ${formatSpan(first.at)} in both`,
    },
  );
}

/** The options that are not the same, with both values: `threads (5 and 10)`. */
function differences(first: ProcessGroupOptions, second: ProcessGroupOptions): string[] {
  const keys = new Set([...Object.keys(first), ...Object.keys(second)]) as Set<
    keyof ProcessGroupOptions
  >;
  return [...keys]
    .map((key) => ({ key, a: shown(key, first[key]), b: shown(key, second[key]) }))
    .filter(({ a, b }) => a !== b)
    .map(({ key, a, b }) => `${optionName(key)} (${a} and ${b})`);
}

function shown(key: string, option: Stated<unknown> | undefined): string {
  if (!option) return 'not stated';
  if (key === 'umask') return `0${Number(option.value).toString(8)}`;
  return Array.isArray(option.value) ? option.value.join(':') : String(option.value);
}

function optionName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
