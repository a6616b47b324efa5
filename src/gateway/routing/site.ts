import { dirname } from 'node:path';
import { MatchTimeout } from '../../patterns/timed.js';
import type { AliasPlan, HostPlan, MountPlan } from '../../plan/plan.js';
import { compileSections } from '../../rules/compile-sections.js';
import type { Located } from '../../rules/located.js';
import { toUrlText } from '../../rules/url-text.js';
import {
  compileAlias,
  compileUrl,
  type MatchedUrl,
  substitute,
  type UrlMatcher,
} from '../../rules/urls.js';
import type { Files } from './files.js';
import { fail, fileOutcome, scriptOutcome } from './outcomes.js';
import { readPath, toFileName } from './path.js';
import {
  makeRoute,
  type Outcome,
  type Resolution,
  type Route,
  RouteTable,
  type Unresolved,
} from './route.js';
import { type Walked, walk, walkToFile } from './walk.js';

/** One host of the plan, compiled. */
export interface Site {
  readonly host: HostPlan;
  resolve(target: string): Resolution | Unresolved;
}

interface Mounted {
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
interface Found {
  readonly walked: Walked;
  /** Where names begin that the client chooses. Absent: it chooses none. */
  readonly root: string | undefined;
  readonly mount?: Mounted;
}

const notFound: Unresolved = { status: 404, reason: 'nothing is mounted here' };
/** An index is looked up as a request of its own; those of its folder are not looked up again. */
const deepest = 4;

export function createSite(host: HostPlan, files: Files): Site {
  const sections = compileSections(host);
  const aliases = host.files.map<Aliased>((plan) => ({
    plan,
    match: compileAlias(plan.url, host.slashes.merge),
  }));
  const mounts = host.mounts.map((plan, number) => compileMount(plan, number, host.slashes.merge));
  const documentRoot = host.documentRoot?.replace(/\/+$/, '');
  const routes = new RouteTable();

  function find(path: string): Found | undefined {
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
  }

  function routeOf(where: Located, path: string, mount: Mounted | undefined): Route {
    const locations = sections.locationsOf(path);
    const number = mount?.number ?? -1;
    const known = routes.get(where, locations, number);
    if (known) return known;
    const settled = sections.settle(where, locations, mount?.plan.override ?? {});
    const route = makeRoute(host, where, settled, mount?.plan);
    routes.set(where, locations, number, route);
    return route;
  }

  /** @param within the folder that the path is tried as an index of. */
  function resolvePath(
    path: string,
    query: string,
    within: string | undefined,
    depth: number,
  ): Resolution | Unresolved {
    const found = find(path);
    if (!found) return notFound;
    const { walked, root, mount } = found;
    const where = within !== undefined && isIndexOf(walked, within) ? asIndex(walked) : walked;
    const route = routeOf(where, path, mount);
    if (walked.kind === 'folder') return folder(route, walked.file, path, query, depth);
    const outcome = mount
      ? scriptOutcome(walked, route, path, { root, target: mount.plan.target }, files)
      : fileOutcome(walked, route, root ?? dirname(walked.file), files);
    return { route, path, query, outcome };
  }

  function folder(
    route: Route,
    file: string,
    path: string,
    query: string,
    depth: number,
    first = 0,
  ): Resolution {
    const answer = (outcome: Outcome): Resolution => ({ route, path, query, outcome });
    if (!path.endsWith('/'))
      return answer(
        route.settings.directorySlash
          ? { kind: 'redirect' }
          : fail(403, 'a folder without the slash at its end, and DirectorySlash is off'),
      );
    const names = depth > 0 ? route.settings.directoryIndex : [];
    for (let number = first; number < names.length; number++) {
      const name = names[number] as string;
      const url = name.startsWith('/') ? name : path + name;
      const inner = resolvePath(url, query, file, depth - 1);
      if ('status' in inner || !answers(inner.outcome)) continue;
      const folders = [{ route, path }, ...(inner.folders ?? [])];
      const otherwise = () => folder(route, file, path, query, depth, number + 1);
      return {
        route: inner.route,
        path: inner.path,
        query,
        outcome: inner.outcome,
        folders,
        otherwise,
      };
    }
    return answer(fail(403, 'a folder without an index'));
  }

  return {
    host,
    resolve(target) {
      try {
        const read = readPath(target, host.slashes);
        return 'status' in read ? read : resolvePath(read.path, read.query, undefined, deepest);
      } catch (error) {
        if (error instanceof MatchTimeout) return { status: 400, reason: error.message };
        throw error;
      }
    },
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

function answers({ kind }: Outcome): boolean {
  return kind === 'file' || kind === 'wsgi';
}

function isIndexOf({ file, form, kind }: Walked, folder: string): boolean {
  return form === 'whole' && kind === 'file' && dirname(file) === folder;
}

function asIndex({ file }: Walked): Located {
  return { file, form: 'index' };
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
