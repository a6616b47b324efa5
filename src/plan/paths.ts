import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import type { Config } from '../config/config.js';
import { firstClosed, orOpen } from '../python/path-walk.js';
import { findUser } from './accounts.js';
import { usedDocumentRoot } from './document-root.js';
import type { Facts } from './facts.js';
import type { PlannedHost } from './hosts.js';
import type { Identities } from './identities.js';
import { logFolders } from './log-folders.js';
import { withFolders } from './path-parts.js';
import type { Identity } from './plan.js';
import type { GroupUse } from './uses.js';

/** Every file and folder whose way must be known to make the plan. */
export function pathsToLookAt(config: Config, identities: Identities): string[] {
  const hosts = [config.main, ...config.virtualHosts];
  const paths = [
    ...hosts.flatMap((host) => [
      ...host.aliases.map(({ target }) => target),
      // The script may stand in the middle of its target, in /srv/app.wsgi/prefix.
      ...host.scriptAliases.flatMap(({ target }) => [target, ...withFolders(target)]),
      ...host.importScripts.map(({ path }) => path),
      ...(host.documentRoot ? [host.documentRoot.value] : []),
    ]),
    ...config.processGroups.flatMap(({ options }) => [
      ...(options.pythonPath?.value ?? []).flatMap((path) => {
        const root = environmentOfPackages(path);
        return root === undefined ? [path] : [path, `${root}/pyvenv.cfg`];
      }),
      ...(options.home ? [options.home.value] : []),
    ]),
    ...(config.global.pythonPath?.value ?? []),
    ...logFolders(config),
    ...[identities.self, ...identities.groups.values()].flatMap((identity) =>
      identity ? [identity.homeDirectory] : [],
    ),
  ];
  return [...new Set(paths)].filter((path) => path.startsWith('/'));
}

/** `/srv/venv` of `/srv/venv/lib/python3.8/site-packages`. */
export function environmentOfPackages(path: string): string | undefined {
  return /^(.+)\/lib(?:64)?\/python[\d.]+\/site-packages\/?$/.exec(path)?.[1];
}

/** Scripts that do not exist, and scripts and folders that the gateway or the daemon cannot reach. */
export function checkPaths(
  hosts: readonly PlannedHost[],
  uses: readonly GroupUse[],
  facts: Facts,
  identities: Identities,
): Diagnostic[] {
  const gateway = identities.gateways ?? identities.self;
  return hosts.flatMap((host) => {
    const { mounts, files, stated } = host;
    const root = usedDocumentRoot(host);
    return [
      ...mounts
        .filter(({ inherited, plan }) => !inherited && !hasGroups(plan.url, plan.target))
        .flatMap((mount) => {
          const readers = uses
            .filter((use) => use.mount?.stated === mount.stated && use.name !== undefined)
            .map(({ name }) => identities.groups.get(name!) ?? identities.self);
          const { target } = mount.plan;
          const { at } = mount.stated;
          return (
            scriptMissing(target, at, facts) ??
            unreachable(target, at, [gateway, ...readers], facts)
          );
        }),
      ...files
        .filter(({ inherited, plan }) => !inherited && !hasGroups(plan.url, plan.target))
        .flatMap(
          ({ stated: { target, at } }) =>
            folderMissing('Alias', target, at, facts) ?? unreachable(target, at, [gateway], facts),
        ),
      ...(root ? (folderMissing('DocumentRoot', root.value, root.at, facts) ?? []) : []),
      ...stated.importScripts.flatMap(
        ({ path, at }) => scriptMissing(path, at, facts, 'it is not imported') ?? [],
      ),
    ];
  });
}

function hasGroups(url: { readonly kind: string }, target: string): boolean {
  return url.kind === 'regex' && target.includes('$');
}

function scriptMissing(
  target: string,
  at: Span,
  { paths }: Facts,
  outcome = 'requests for it get 404',
): Diagnostic[] | undefined {
  const walk = paths[target];
  if (walk?.end !== 'missing') return undefined;
  const what = target.endsWith('/') ? 'script folder' : 'script';
  return [
    diagnostic(
      'script-missing',
      `${what} ${JSON.stringify(target)} does not exist${walk.at === target.replace(/\/$/, '') ? '' : `: there is no ${walk.at}`}`,
      { at, hint: `${outcome} until it is there` },
    ),
  ];
}

function folderMissing(
  directive: string,
  path: string,
  at: Span,
  { paths }: Facts,
): Diagnostic[] | undefined {
  if (paths[path]?.end !== 'missing') return undefined;
  return [
    diagnostic('folder-missing', `${directive} ${JSON.stringify(path)} does not exist`, {
      at,
      hint: 'requests for it get 404 until it is there',
    }),
  ];
}

/** One warning for the first user who cannot come to a path. */
export function unreachable(
  path: string,
  at: Span,
  readers: readonly Identity[],
  { paths, accounts }: Pick<Facts, 'paths' | 'accounts'>,
): Diagnostic[] {
  const walk = paths[path];
  if (!walk) return [];
  for (const reader of readers) {
    const closed =
      firstClosed(walk, reader) ?? (walk.end === 'denied' ? walk.folders.at(-1) : undefined);
    if (!closed) continue;
    const owner = findUser(accounts, `#${closed.uid}`)?.name ?? `#${closed.uid}`;
    return [
      diagnostic(
        'path-unreachable',
        `user ${JSON.stringify(reader.user)} cannot enter ${closed.path} (mode ${closed.mode.toString(8).padStart(4, '0')}, owner ${owner}) to come to ${path}`,
        {
          at,
          hint: `move it out of there, for example to /srv${orOpen(closed)}`,
        },
      ),
    ];
  }
  return [];
}
