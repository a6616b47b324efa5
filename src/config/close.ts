import type { Span, Stated } from '../base/span.js';
import type { DirectorySettings, HostSettings, Section, UrlPattern } from './config.js';
import type { Evaluation, Scope } from './declaration.js';
import type { Loss } from './loss.js';

/** Who lost what: the directive that was passed over, as its name is written, and where. */
export type Reason = Stated<string>;

/**
 * Closes what a directive that is passed over would have guarded, and says in words what that is; undefined
 * where nothing is lost. What is closed stays so, whatever other sections say.
 */
export function leaveClosed(
  evaluation: Pick<Evaluation, 'lost'>,
  scope: Scope,
  losses: readonly Loss[],
  reason: Reason,
): string | undefined {
  const texts = losses.map((loss) => closeOne(evaluation, scope, loss, reason));
  return texts.length === 0 ? undefined : [...new Set(texts)].join(', and ');
}

function closeOne(
  evaluation: Pick<Evaluation, 'lost'>,
  scope: Scope,
  loss: Loss,
  reason: Reason,
): string {
  switch (loss.kind) {
    case 'url':
      if (scope.context === 'directory') return closePlace(scope, reason);
      addSection(scope.host, 'location', loss.url, { closed: reason }, reason.at);
      return loss.url.kind === 'prefix'
        ? `every request below ${loss.url.prefix} gets 403`
        : `every request that matches ${loss.url.source} gets 403`;
    case 'place':
      return closePlace(scope, reason);
    case 'files':
      return closeFiles(scope, loss.endings, reason);
    case 'address':
    case 'variables':
      evaluation.lost[loss.kind] ??= reason;
      return loss.kind === 'address'
        ? 'every section that asks for addresses gets 403'
        : 'every section with Require env gets 403';
  }
}

function closePlace(scope: Scope, reason: Reason): string {
  scope.settings.closed ??= reason;
  return `every request${placeText(scope, 'to')} gets 403`;
}

/** Scripts that an alias names are still run: they are never sent. Endings have no case in Apache. */
function closeFiles(scope: Scope, endings: readonly string[] | undefined, reason: Reason): string {
  if (endings && canHoldFiles(scope)) {
    const source = `(?i)\\.(${endings.map(escapeRegExp).join('|')})(\\.|$)`;
    const pattern = { kind: 'regex', source } as const;
    addSection(scope, 'files', pattern, { neverSent: reason }, reason.at);
    return `files named ${endings.map((ending) => `*.${ending}`).join(' ')} are never sent`;
  }
  scope.settings.neverSent ??= reason;
  return `files${placeText(scope, 'of')} are never sent`;
}

function canHoldFiles({ context, within }: Scope): boolean {
  return context !== 'directory' || within === 'Directory' || within === 'DirectoryMatch';
}

function addSection(
  { sections }: Pick<HostSettings, 'sections'>,
  kind: Section['kind'],
  url: UrlPattern,
  settings: Partial<DirectorySettings>,
  at: Span,
): void {
  sections.push({
    at,
    kind,
    pattern:
      url.kind === 'prefix'
        ? { kind: 'plain', text: url.prefix }
        : { kind: 'regex', text: url.source },
    settings: { environment: [], ...settings },
    children: [],
  });
}

function placeText({ context, within }: Scope, preposition: string): string {
  if (context === 'server config') return '';
  return ` ${preposition} this ${context === 'virtual host' ? 'host' : `<${within}>`}`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
