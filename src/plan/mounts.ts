import type { Alias, HostSettings, ScriptAlias } from '../config/config.js';
import type { Facts } from './facts.js';
import { parseGroupName } from './group-name.js';
import { withFolders } from './path-parts.js';
import type { AliasPlan, MountPlan } from './plan.js';

/** A plan of an alias, what was stated, and whether it came from the main server. */
export interface PlannedAlias {
  readonly plan: AliasPlan & { readonly folder: boolean };
  readonly stated: Alias;
  readonly inherited: boolean;
}

export interface PlannedMount {
  readonly plan: MountPlan;
  readonly stated: ScriptAlias;
  readonly inherited: boolean;
}

type Paths = Pick<Facts, 'paths'>;

/** Alias and AliasMatch: the host's own first, then the main server's; first match wins. */
export function planAliases(
  own: HostSettings,
  main: HostSettings | undefined,
  facts: Paths,
): PlannedAlias[] {
  return inOrder(own.aliases, main?.aliases).map(({ stated, inherited }) => ({
    plan: { url: stated.url, target: stated.target, folder: isFolder(stated.target, facts) },
    stated,
    inherited,
  }));
}

/** WSGIScriptAlias and WSGIScriptAliasMatch, in the same order. */
export function planMounts(
  own: HostSettings,
  main: HostSettings | undefined,
  facts: Paths,
): PlannedMount[] {
  return inOrder(own.scriptAliases, main?.scriptAliases).map(({ stated, inherited }) => ({
    plan: {
      at: stated.at,
      url: stated.url,
      ...scriptIn(stated, facts),
      override: override(stated),
    },
    stated,
    inherited,
  }));
}

/** The script of a target, which may go on behind it. */
function scriptIn(
  { target, url }: ScriptAlias,
  facts: Paths,
): Pick<MountPlan, 'target' | 'folder' | 'rest'> {
  const open = url.kind === 'regex' && target.includes('$');
  const script = open
    ? undefined
    : withFolders(target).find((path) => facts.paths[path]?.end === 'file');
  if (script === undefined) return { target, folder: isFolder(target, facts) };
  const rest = target.slice(script.length);
  return { target: script, folder: false, ...(rest !== '' && { rest }) };
}

/** The file system decides; a target with `$1` in it is known at request time only. */
function isFolder(target: string, { paths }: Paths): boolean {
  return target.endsWith('/') || paths[target]?.end === 'folder';
}

/** `callable-object=` is taken literally, the group names are expanded (reference section 3). */
function override(stated: ScriptAlias): MountPlan['override'] {
  return {
    ...(stated.processGroup && { processGroup: parseGroupName(stated.processGroup.value) }),
    ...(stated.applicationGroup && {
      applicationGroup: parseGroupName(stated.applicationGroup.value),
    }),
    ...(stated.callableObject && {
      callable: { kind: 'literal', name: stated.callableObject.value },
    }),
    ...(stated.passAuthorization && { passAuthorization: stated.passAuthorization.value }),
  };
}

function inOrder<T>(own: readonly T[], main: readonly T[] = []) {
  return [
    ...own.map((stated) => ({ stated, inherited: false })),
    ...main.map((stated) => ({ stated, inherited: true })),
  ];
}
