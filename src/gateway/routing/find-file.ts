import type { AliasPlan, HostPlan, MountPlan } from '../../plan/plan.js';
import { toUrlText } from '../../rules/url-text.js';
import {
  compileAlias,
  compileUrl,
  type MatchedUrl,
  substitute,
  type UrlMatcher,
} from '../../rules/urls.js';
import type { Files } from './files.js';
import { toFileName } from './path.js';
import { type Walked, walk, walkToFile } from './walk.js';

export interface Mounted {
  readonly plan: MountPlan;
  readonly number: number;
  readonly match: UrlMatcher;
  /** Whether there is one script alone, which no part of a URL names. */
  readonly fixed: boolean;
  /** What the configuration adds to PATH_INFO. */
  readonly rest: string;
  /** Of the target, what clients have no part in; and the folder that their part is below. */
  readonly from: string;
  readonly root: string;
}

interface Aliased {
  readonly plan: AliasPlan;
  readonly match: UrlMatcher;
}

/** What a URL path names in the file system, before anything is known of access. */
export interface Found {
  readonly walked: Walked;
  /** Where names begin that the client chooses. Absent: it chooses none. */
  readonly root: string | undefined;
  readonly mount?: Mounted;
}

/** Aliases first, then mounts, each in their order; the document root where neither takes the path. */
export function createFileFinder(
  host: HostPlan,
  files: Files,
): (path: string) => Found | undefined {
  const aliases = host.files.map<Aliased>((plan) => ({
    plan,
    match: compileAlias(plan.url, host.slashes.merge),
  }));
  const mounts = host.mounts.map((plan, number) => compileMount(plan, number, host.slashes.merge));
  const documentRoot = host.documentRoot?.replace(/\/+$/, '');
  return (path) => {
    for (const alias of aliases) {
      const matched = alias.match(path);
      if (matched) return aliased(alias.plan, matched, path, files);
    }
    for (const mount of mounts) {
      const matched = mount.match(path);
      if (matched) return mounted(mount, matched, path, files);
    }
    const name = documentRoot === undefined ? undefined : toFileName(path);
    if (documentRoot === undefined || name === undefined) return undefined;
    const walked = walkToFile(files, documentRoot + name, documentRoot);
    return walked && { walked, root: documentRoot };
  };
}

function compileMount(plan: MountPlan, number: number, merges: boolean): Mounted {
  const { url, target, folder, rest = '' } = plan;
  const chosen = url.kind === 'regex' && target.includes('$');
  const from = chosen ? fixedPart(target) : target;
  return {
    plan,
    number,
    match: compileUrl(url, merges),
    fixed: !folder && !chosen,
    rest: toUrlText(rest),
    from,
    root: from.replace(/(.)\/+$/, '$1'),
  };
}

function aliased(
  { target }: AliasPlan,
  { groups, length }: MatchedUrl,
  path: string,
  files: Files,
): Found | undefined {
  if (groups) {
    const file = substituted(target, groups);
    const root = fixedPart(target);
    const walked = file && walkToFile(files, file, root);
    return walked ? { walked, root } : undefined;
  }
  const rest = toFileName(path.slice(length));
  const walked = rest === undefined ? undefined : walkToFile(files, target + rest, target);
  return walked && { walked, root: target };
}

function mounted(
  mount: Mounted,
  { groups, length }: MatchedUrl,
  path: string,
  files: Files,
): Found | undefined {
  const { target } = mount.plan;
  const remainder = mount.rest + path.slice(length);
  if (mount.fixed) {
    const walked = scriptWithRest(files, target, remainder);
    if (walked) return { walked, root: undefined, mount };
  }
  const below = toFileName(remainder);
  const base = groups ? substituted(target, groups) : target;
  if (below === undefined || base === undefined) return undefined;
  const walked = walk(files, base + below, mount.from);
  return walked && { walked, root: mount.root, mount };
}

/** The common case, a script that exists: only its own name is looked at. */
function scriptWithRest(files: Files, file: string, rest: string): Walked | undefined {
  if (rest !== '' && rest.charCodeAt(0) !== 47) return undefined;
  const kind = files.kind(file);
  if (kind === 'folder') return undefined;
  // In the form of URLs already, which leaves it as it is.
  return { file, kind, form: rest === '' && kind !== 'missing' ? 'whole' : 'rest', rest };
}

/** The folder that the first `$1` of a target stands in. */
function fixedPart(target: string): string {
  const at = target.search(/\\?\$/);
  const fixed = at < 0 ? target : target.slice(0, at);
  return fixed.slice(0, fixed.lastIndexOf('/')) || '/';
}

/** Groups of a match are URL text. Undefined where they stand for no file name. */
function substituted(target: string, groups: readonly (string | undefined)[]): string | undefined {
  const names = groups.map((group) => (group === undefined ? '' : toFileName(group)));
  return names.includes(undefined) ? undefined : substitute(target, names);
}
