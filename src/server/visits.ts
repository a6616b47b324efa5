import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createFiles, type Files } from '../gateway/routing/files.js';
import type { Resolution, Route, Unresolved } from '../gateway/routing/route.js';
import { createSite, type Site } from '../gateway/routing/site.js';
import { createSites, type Sites } from '../gateway/routing/sites.js';
import type { HostPlan, Plan, UrlMatch } from '../plan/plan.js';
import { whomLetsIn } from './possible-verdicts.js';

/** What a visitor would get for one URL of each mount, alias and DocumentRoot, as the gateway decides it. */
export interface Visit {
  readonly url: string;
  /**
   * 200 where the application or file would be asked; an application may say something else then. Null where only
   * a request tells.
   */
  readonly status: number | null;
  /** What would answer, or why nothing does. */
  readonly text: string;
  readonly processGroup?: string;
  /** Whether a Require lets in some clients only. */
  readonly restricted: boolean;
}

/** No request is sent. Files are looked at as the user who asks, which is not that of the gateways. */
export function visits(plan: Plan, files: Files = createFiles()): Visit[] {
  const sites = plan.hosts.map((host) => createSite(host, files));
  const chosen = createSites(plan.hosts, sites);
  const found = plan.hosts.flatMap((host, index) => {
    const origin = originOf(plan, host, chosen, sites[index] as Site);
    return origin === undefined
      ? []
      : [
          ...samplesOf(host).map((path) => visit(plan, sites[index] as Site, origin, path)),
          ...patternsOf(host, origin),
        ];
  });
  return [...new Map(found.map((one) => [one.url, one])).values()];
}

/** `http://name:port`, where a request for it comes to this host; undefined where none does. */
function originOf(plan: Plan, host: HostPlan, sites: Sites<Site>, own: Site): string | undefined {
  const wanted = host.addresses ?? [{ address: '*' }];
  for (const listener of plan.listeners)
    for (const { address, port } of wanted) {
      if (port !== undefined && port !== listener.port) continue;
      const local = listener.address ?? (address === '*' ? '127.0.0.1' : address);
      if (sites.choose(local, listener.port, host.name) !== own) continue;
      return `http://${host.name}${listener.port === 80 || listener.port === 0 ? '' : `:${listener.port}`}`;
    }
  return undefined;
}

/** URL paths to ask for. What a regular expression matches is not guessed. */
function samplesOf(host: HostPlan): string[] {
  const root = host.documentRoot;
  if (root === undefined && host.mounts.length + host.files.length === 0) return ['/'];
  return [
    ...host.mounts.flatMap(({ url, target, folder }) =>
      below(url, folder ? firstFile(target, (name) => name.endsWith('.wsgi')) : undefined),
    ),
    ...host.files.flatMap(({ url, target }) => below(url, firstFile(target))),
    ...(root === undefined ? [] : below({ kind: 'prefix', prefix: '/' }, indexOrFile(host, root))),
  ];
}

function patternsOf(host: HostPlan, origin: string): Visit[] {
  return [...host.mounts, ...host.files].flatMap(({ url, target }) =>
    url.kind === 'prefix'
      ? []
      : [{ url: `${origin} ~ ${url.source}`, status: null, text: target, restricted: false }],
  );
}

/** The DocumentRoot itself where it has an index, else a file in it. */
function indexOrFile(host: HostPlan, root: string): string | undefined {
  const names = host.settings.directoryIndex;
  return names.some((name) => isFile(join(root, name))) ? undefined : firstFile(root);
}

function below(url: UrlMatch, name: string | undefined): string[] {
  if (url.kind !== 'prefix') return [];
  if (name === undefined) return [encodeURI(url.prefix)];
  return [`${encodeURI(url.prefix.replace(/\/+$/, ''))}/${encodeURIComponent(name)}`];
}

/** Of a folder, so many names are looked at. */
const mostNames = 100;

/** The name of a file; empty where the folder has none, undefined where it is no folder. */
function firstFile(folder: string, fits = (_name: string): boolean => true): string | undefined {
  try {
    const names = readdirSync(folder).slice(0, mostNames);
    const isShown = (name: string) => !name.startsWith('.') && fits(name);
    return names.find((name) => isShown(name) && isFile(join(folder, name))) ?? '';
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function visit(plan: Plan, site: Site, origin: string, path: string): Visit {
  const found = site.resolve(path);
  const url = origin + path;
  if ('status' in found) return nothing(url, found);
  const { settings } = found.route;
  const lets = settings.closed === undefined ? whomLetsIn(settings.access) : 'nobody';
  if (lets === 'nobody')
    return { url, status: 403, text: whyDenied(site.host, found.route), restricted: false };
  return { url, ...answer(plan, found), restricted: lets === 'some' };
}

function nothing(url: string, { status, reason }: Unresolved): Visit {
  return { url, status, text: reason, restricted: false };
}

function answer(
  plan: Plan,
  { route, outcome }: Resolution,
): Pick<Visit, 'status' | 'text' | 'processGroup'> {
  switch (outcome.kind) {
    case 'fail':
      return { status: outcome.status, text: `${outcome.reason}: ${route.file}` };
    case 'redirect':
      return { status: 301, text: `the folder ${route.file}, with a slash at its end` };
    case 'file':
      return { status: 200, text: `file ${route.file}` };
    case 'wsgi':
      return application(plan, route);
  }
}

function application(
  { processGroups, embedded }: Plan,
  { file, settings: { processGroup } }: Route,
): Pick<Visit, 'status' | 'text' | 'processGroup'> {
  const script = basename(file);
  if (processGroup.kind !== 'literal')
    return { status: 200, text: `${script} in a process group that the request chooses` };
  const { name } = processGroup;
  const group = name === '' ? embedded : processGroups.find((one) => one.name === name);
  const where = name === '' ? 'embedded mode' : `process group ${name}`;
  const about = { processGroup: name };
  if (!group) return { ...about, status: 500, text: `there is no ${where} for ${script}` };
  if (group.broken)
    return { ...about, status: 503, text: `${where} is broken (${group.broken.code})` };
  return { ...about, status: 200, text: `${script} in ${where}` };
}

function whyDenied(host: HostPlan, { settings, directory }: Route): string {
  const { access, closed } = settings;
  if (closed !== undefined) return `closed, because ${closed} may guard it and is not supported`;
  if (access.kind === 'denied' && access.unstated) return `no Require opens ${directory}`;
  const section = host.sections.findLast((one) => one.settings.access === access);
  const at = section?.at;
  return at === undefined
    ? `a Require lets nobody in to ${directory}`
    : `the <${sectionName(at.text)}> in line ${at.line} of ${at.file} lets nobody in`;
}

/** As written; after a continuation it is not in the line. */
function sectionName(text: string): string {
  return /^\s*<(\w+)/.exec(text)?.[1] ?? 'section';
}
