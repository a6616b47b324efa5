import { dirname } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import { type MountTarget, sectionApplies } from '../rules/section-applies.js';
import { usedDocumentRoot } from './document-root.js';
import type { Facts } from './facts.js';
import type { PlannedHost } from './hosts.js';
import type { SectionPlan } from './plan.js';

interface Opened {
  readonly target: MountTarget;
  readonly at: Span;
}

/**
 * Scripts and folders that no Require says anything about, or only the `<Directory />` of the stock files that
 * denies all: every request for them gets 403.
 */
export function checkAccess(
  hosts: readonly PlannedHost[],
  facts: Pick<Facts, 'paths'>,
): Diagnostic[] {
  const said = new Set<string>();
  return hosts
    .filter(({ reached }) => reached)
    .flatMap((host) =>
      targets(host)
        .filter(({ target }) => !forms(target, facts).some((form) => isStated(host, form)))
        .filter(({ at, target }) => {
          const key = `${folderOf(target)} ${at.file}:${at.line}`;
          return !said.has(key) && said.add(key);
        })
        .map(({ at, target }) => denied(at, target)),
    );
}

function targets(host: PlannedHost): Opened[] {
  const root = usedDocumentRoot(host);
  return [
    ...[...host.files, ...host.mounts].map(({ plan, stated }) => ({ target: plan, at: stated.at })),
    ...(root
      ? [
          {
            target: {
              url: { kind: 'prefix', prefix: '/' },
              target: root.value,
              folder: true,
            } as const,
            at: root.at,
          },
        ]
      : []),
  ];
}

/** What does not exist yet may become a file or a folder. */
function forms(target: MountTarget, { paths }: Pick<Facts, 'paths'>): MountTarget[] {
  return paths[target.target]?.end === 'missing' ? [target, { ...target, folder: true }] : [target];
}

function isStated(host: PlannedHost, target: MountTarget): boolean {
  if (host.plan.settings.access.kind !== 'denied' || host.stated.settings.require) return true;
  return host.sections.some(
    ({ plan }) =>
      plan.settings.access && !deniesAll(plan) && sectionApplies(plan, target) !== 'never',
  );
}

/** Nobody writes it for this target: it asks for a Require that opens something. */
function deniesAll({ kind, match, within, settings: { access } }: SectionPlan): boolean {
  return (
    kind === 'directory' &&
    within === undefined &&
    match.kind === 'prefix' &&
    match.path === '/' &&
    access?.kind === 'denied'
  );
}

function folderOf({ target, folder, url }: MountTarget): string {
  const known = url.kind === 'regex' ? target.replace(/\$.*$/s, '') : target;
  const path =
    folder || known !== target ? known.replace(/[^/]+$/, (name) => name) : dirname(known);
  return path.replace(/(.)\/+$/, '$1');
}

function denied(at: Span, opened: MountTarget): Diagnostic {
  const folder = folderOf(opened);
  const itself = opened.target.replace(/(.)\/+$/, '$1') === folder;
  return diagnostic(
    'access-denied-by-default',
    `every request for ${opened.target} gets 403: no Require opens ${itself ? 'it' : folder}`,
    {
      at,
      hint: `add\n<Directory ${/\s/.test(folder) ? `"${folder}"` : folder}>\n    Require all granted\n</Directory>`,
    },
  );
}
