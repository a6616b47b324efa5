import { dirname } from 'node:path';
import { MatchTimeout } from '../../patterns/timed.js';
import type { HostPlan } from '../../plan/plan.js';
import { compileSections } from '../../rules/compile-sections.js';
import type { Located } from '../../rules/located.js';
import type { Files } from './files.js';
import { createFileFinder, type Mounted } from './find-file.js';
import { fail, fileOutcome, scriptOutcome } from './outcomes.js';
import { readPath } from './path.js';
import {
  makeRoute,
  type Outcome,
  type Resolution,
  type Route,
  RouteTable,
  type Unresolved,
} from './route.js';
import type { Walked } from './walk.js';

/** One host of the plan, compiled. */
export interface Site {
  readonly host: HostPlan;
  resolve(target: string): Resolution | Unresolved;
}

const notFound: Unresolved = { status: 404, reason: 'nothing is mounted here' };
/** An index is looked up as a request of its own; those of its folder are not looked up again. */
const deepest = 4;

export function createSite(host: HostPlan, files: Files): Site {
  const sections = compileSections(host);
  const find = createFileFinder(host, files);
  const routes = new RouteTable();

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

function answers({ kind }: Outcome): boolean {
  return kind === 'file' || kind === 'wsgi';
}

function isIndexOf({ file, form, kind }: Walked, folder: string): boolean {
  return form === 'whole' && kind === 'file' && dirname(file) === folder;
}

function asIndex({ file }: Walked): Located {
  return { file, form: 'index' };
}
