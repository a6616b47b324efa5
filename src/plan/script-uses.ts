import { join } from 'node:path';
import type { Machine } from '../python/machine.js';
import type { Walk } from '../python/path-walk.js';
import { groupChoices } from './group-choices.js';
import type { ScriptUse } from './script-answers.js';
import type { GroupUse } from './uses.js';

type Files = Pick<Machine, 'list'>;
type Paths = Readonly<Record<string, Walk>>;

/** Of a folder of scripts, at most so many are looked at. */
const filesOfFolder = 200;

/** Each script of each group once, as far as the configuration alone tells which they are. */
export function scriptUses(uses: readonly GroupUse[], paths: Paths, files: Files): ScriptUse[] {
  const found = uses.flatMap((use) => scriptsOf(use, paths, files));
  const seen = new Set<string>();
  return found.filter(({ group, path, callable }) => {
    const key = JSON.stringify([group, path, callable]);
    return !seen.has(key) && seen.add(key);
  });
}

function scriptsOf(
  { host, mount, name: group, at }: GroupUse,
  paths: Paths,
  files: Files,
): ScriptUse[] {
  if (group === undefined) return [];
  if (!mount)
    return host.stated.importScripts
      .filter((one) => one.processGroup.at === at)
      .filter(({ path }) => paths[path]?.end === 'file')
      .map(({ path, at: where }) => ({ group, path, at: where }));
  const { target, url, folder } = mount.plan;
  if (url.kind === 'regex' && target.includes('$')) return [];
  const own = mount.plan.override.callable;
  const choices = own ? [own] : callableChoices(host, mount.plan);
  const [first] = choices;
  const callable = choices.length === 1 && first?.kind === 'literal' ? first.name : undefined;
  const scripts = folder
    ? files
        .list(target)
        .filter((name) => name.endsWith('.wsgi'))
        .slice(0, filesOfFolder)
        .map((name) => join(target, name))
    : paths[target]?.end === 'file'
      ? [target]
      : [];
  return scripts.map((path) => ({
    group,
    path,
    at: mount.stated.at,
    ...(callable !== undefined && { callable }),
  }));
}

function callableChoices(host: GroupUse['host'], mount: NonNullable<GroupUse['mount']>['plan']) {
  return groupChoices(host.plan, mount, 'callable').map(({ name }) => name);
}
