import { dirname } from 'node:path';
import type { HostPlan, MountPlan, RequestSettings } from '../../plan/plan.js';
import { type Access, compileAccess } from './access.js';
import type { FileKind, Files } from './files.js';
import { readPath, toFileName } from './path.js';
import { refusedScript, withinHidden } from './script-names.js';
import { compileSections, type Located } from './sections.js';
import { compileUrl, type MatchedUrl, substitute, type UrlMatcher } from './urls.js';
import { compileVariables, type Variables, type VariablesOf } from './variables.js';

/** What is the same for all requests of one script or one static file, as far as sections go. */
export interface Route {
  readonly host: HostPlan;
  readonly settings: RequestSettings;
  readonly access: Access;
  readonly variablesOf: VariablesOf;
  /** The script or the static file. */
  readonly file: string;
  readonly directory: string;
  /** Whether a client can choose what the resource is called: with a regex, its own text is SCRIPT_NAME. */
  readonly freeNames: boolean;
  /** What environ keeps for the next request. */
  readonly memory: {
    shared?: {
      readonly source: ScriptNames;
      readonly dialect: 2 | 3;
      readonly secure: boolean;
      readonly text: string;
    };
    variables?: { readonly dialect: 2 | 3; readonly variables: Variables; readonly text: string };
  };
}

/** What requests of one route can differ in although their script is the same. */
export interface ScriptNames {
  readonly scriptName: string;
  readonly processGroup: string;
  readonly applicationGroup: string;
  readonly callable: string;
}

/** Where a request leads. Access is checked by the caller, before anything of the outcome is told. */
export interface Resolution {
  readonly route: Route;
  readonly path: string;
  readonly query: string;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: 'wsgi'; readonly scriptName: string; readonly pathInfo: string }
  | { readonly kind: 'file' }
  /** A folder was asked for without the slash at its end. */
  | { readonly kind: 'redirect' }
  | { readonly kind: 'fail'; readonly status: number; readonly reason: string };

export interface Unresolved {
  readonly status: number;
  readonly reason: string;
}

/** One host of the plan, compiled. */
export interface Site {
  readonly host: HostPlan;
  resolve(target: string): Resolution | Unresolved;
}

const mostRoutes = 4096;
const served: Outcome = { kind: 'file' };

export function createSite(host: HostPlan, files: Files): Site {
  const sections = compileSections(host);
  const aliases = host.files.map((plan) => ({ plan, match: compileUrl(plan.url) }));
  const mounts = host.mounts.map((plan, index) => ({ plan, index, match: compileUrl(plan.url) }));
  const routes = createRoutes();

  function routeOf(where: Located, locations: string, mount: Mounted | undefined): Route {
    const known = routes.get(where, locations, mount?.index);
    if (known) return known;
    const settings = sections.settle(where, locations, mount?.plan.override ?? {});
    const route: Route = {
      host,
      settings,
      access: compileAccess(settings.closed === undefined ? settings.access : { kind: 'denied' }),
      variablesOf: compileVariables(settings.environment),
      file: where.file,
      directory: where.folder ? where.file : dirname(where.file),
      freeNames: mount?.plan.url.kind === 'regex',
      memory: {},
    };
    routes.set(where, locations, mount?.index, route);
    return route;
  }

  function script(
    mount: Mounted,
    found: MatchedUrl,
    path: string,
    query: string,
  ): Resolution | Unresolved {
    const place = placeOf(mount.plan, found, path);
    if (!place) return notFound;
    const walked = walk(files, place.root, place.rest);
    if (!walked) return notFound;
    const route = routeOf(
      { file: walked.file, folder: walked.kind === 'folder' },
      sections.locationsOf(path),
      mount,
    );
    const pathInfo = path.slice(path.length - walked.left);
    return {
      route,
      path,
      query,
      outcome: scriptOutcome(place, walked, route, pathInfo, path, files),
    };
  }

  function document(
    root: string,
    file: string,
    path: string,
    query: string,
  ): Resolution | Unresolved {
    const locations = sections.locationsOf(path);
    const kind = files.kind(file);
    const bare = file.replace(/\/+$/, '') || '/';
    if (kind !== 'folder') {
      const route = routeOf({ file, folder: false }, locations, undefined);
      return { route, path, query, outcome: fileOutcome(root, kind, route, files) };
    }
    const route = routeOf({ file: bare, folder: true }, locations, undefined);
    if (!path.endsWith('/')) return { route, path, query, outcome: { kind: 'redirect' } };
    for (const index of route.settings.directoryIndex) {
      const candidate = `${bare === '/' ? '' : bare}/${index}`;
      if (files.kind(candidate) !== 'file') continue;
      const indexed = routeOf(
        { file: candidate, folder: false },
        sections.locationsOf(path + index),
        undefined,
      );
      return { route: indexed, path, query, outcome: fileOutcome(root, 'file', indexed, files) };
    }
    return { route, path, query, outcome: fail(403, 'a folder without an index') };
  }

  return {
    host,
    resolve(target) {
      const read = readPath(target);
      if ('status' in read) return read;
      const { path, query } = read;
      for (const alias of aliases) {
        const found = alias.match(path);
        if (!found) continue;
        const rest = found.groups ? '' : toFileName(path.slice(found.length));
        const base = found.groups
          ? toFileName(substitute(alias.plan.target, found.groups))
          : alias.plan.target;
        if (rest === undefined || base === undefined) return notFound;
        return document(found.groups ? dirname(base) : base, base + rest, path, query);
      }
      for (const mount of mounts) {
        const found = mount.match(path);
        if (found) return script(mount, found, path, query);
      }
      const name = toFileName(path);
      if (host.documentRoot === undefined || name === undefined) return notFound;
      return document(host.documentRoot, host.documentRoot.replace(/\/+$/, '') + name, path, query);
    },
  };
}

/** Routes by what decides about them; in tables by file name, so that no key has to be put together. */
function createRoutes() {
  const tables = new Map<number | undefined, Map<string, Route>>();
  let size = 0;
  const keyOf = ({ file, folder }: Located, locations: string) =>
    locations === '' && !folder ? file : `${folder}|${locations}|${file}`;
  return {
    get(where: Located, locations: string, mount: number | undefined): Route | undefined {
      return tables.get(mount)?.get(keyOf(where, locations));
    },
    set(where: Located, locations: string, mount: number | undefined, route: Route): void {
      if (++size > mostRoutes) {
        tables.clear();
        size = 1;
      }
      const table = tables.get(mount) ?? new Map<string, Route>();
      tables.set(mount, table.set(keyOf(where, locations), route));
    },
  };
}

interface Mounted {
  readonly plan: MountPlan;
  readonly index: number;
  readonly match: UrlMatcher;
}

/** Where the file system walk begins, and the latin-1 text below it. */
interface Place {
  readonly root: string;
  readonly rest: string;
  /** Names below the root were chosen by the client. */
  readonly folder: boolean;
}

interface Walked {
  readonly file: string;
  readonly kind: FileKind;
  /** Length of the path after the file: PATH_INFO. */
  readonly left: number;
}

const notFound: Unresolved = { status: 404, reason: 'nothing is mounted here' };

function placeOf(mount: MountPlan, found: MatchedUrl, path: string): Place | undefined {
  const remainder = path.slice(found.length);
  if (found.groups) {
    const fixed = mount.target.slice(0, Math.max(0, mount.target.search(/\\?\$/)) || undefined);
    if (!mount.target.includes('$') && !mount.folder) return fileplace(mount.target, remainder);
    const root = fixed.slice(0, fixed.lastIndexOf('/')) || '/';
    const whole = substitute(mount.target, found.groups) + remainder;
    return { root, rest: whole.slice(root === '/' ? 0 : root.length), folder: true };
  }
  if (!mount.folder) return fileplace(mount.target, remainder);
  return { root: mount.target, rest: remainder, folder: true };
}

function fileplace(target: string, remainder: string): Place | undefined {
  if (remainder !== '' && remainder.charCodeAt(0) !== 47) return undefined;
  return { root: target, rest: remainder, folder: false };
}

/** Apache's directory walk: the longest prefix that is a file is the script, the rest is PATH_INFO. */
function walk(files: Files, root: string, rest: string): Walked | undefined {
  const base = root.length > 1 && root.endsWith('/') ? root.replace(/\/+$/, '') : root;
  let kind = files.kind(base);
  if (kind !== 'folder') return { file: base, kind, left: rest.length };
  let file = base;
  let left = rest.length;
  for (const segment of rest.split('/')) {
    if (segment === '') continue;
    const name = toFileName(segment);
    if (name === undefined || name === '.' || name === '..') return undefined;
    file = `${file === '/' ? '' : file}/${name}`;
    left = Math.max(0, rest.length - rest.indexOf(segment, rest.length - left) - segment.length);
    kind = files.kind(file);
    if (kind !== 'folder') break;
  }
  return { file, kind, left };
}

function scriptOutcome(
  place: Place,
  walked: Walked,
  route: Route,
  pathInfo: string,
  path: string,
  files: Files,
): Outcome {
  if (walked.kind === 'missing') return fail(404, 'the script does not exist');
  if (walked.kind === 'folder') return fail(403, 'a folder instead of a script');
  if (walked.kind === 'denied') return fail(403, 'the script cannot be looked at');
  if (place.folder && refusedScript(walked.file.slice(place.root.length)))
    return fail(404, 'a name that is never run as a script');
  if (place.folder && !files.linksAllowed(place.root, walked.file, route.settings.followSymLinks))
    return fail(403, 'a symbolic link on the way to the script');
  if (pathInfo !== '' && !route.settings.acceptPathInfo) return fail(404, 'AcceptPathInfo is off');
  return { kind: 'wsgi', scriptName: path.slice(0, path.length - pathInfo.length), pathInfo };
}

function fileOutcome(root: string, kind: FileKind, route: Route, files: Files): Outcome {
  if (withinHidden(route.file.slice(root.length))) return fail(403, 'a .ht file');
  const { neverSent } = route.settings;
  if (neverSent !== undefined && kind === 'file')
    return fail(
      403,
      `the file is a program by ${neverSent}, which is not supported, and is never sent`,
    );
  if (kind === 'missing') return fail(404, 'the file does not exist');
  if (kind === 'denied') return fail(403, 'the file cannot be looked at');
  if (!files.linksAllowed(root, route.file, route.settings.followSymLinks))
    return fail(403, 'a symbolic link on the way to the file');
  return served;
}

function fail(status: number, reason: string): Outcome {
  return { kind: 'fail', status, reason };
}
