import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Alias } from '../config/config.js';
import type { PlannedHost } from './hosts.js';

/**
 * Aliases whose URL ends with a slash and whose target does not: what follows in a URL is appended to the target
 * as it is, as in Apache, and leads nowhere.
 */
export function checkAliasSlashes(hosts: readonly PlannedHost[]): Diagnostic[] {
  return hosts.flatMap(({ files, mounts }) => [
    ...files.flatMap(({ stated, inherited }) => (inherited ? [] : slashMissing('Alias', stated))),
    ...mounts.flatMap(({ stated, inherited }) =>
      // A mount for `/` appends the slash too.
      inherited || /^\/+$/.test(urlOf(stated)) ? [] : slashMissing('WSGIScriptAlias', stated),
    ),
  ]);
}

function slashMissing(directive: string, alias: Alias): Diagnostic[] {
  const url = urlOf(alias);
  if (!url.endsWith('/') || alias.target.endsWith('/')) return [];
  const shorter = url.replace(/\/+$/, '');
  return [
    diagnostic(
      'alias-slash-missing',
      `${url}x leads to ${alias.target}x: ${url} ends with a slash, its target does not`,
      {
        at: alias.at,
        hint: `write ${shorter === '' ? `${directive} ${url} ${alias.target}/` : `${directive} ${shorter} ${alias.target}`}`,
      },
    ),
  ];
}

/** Empty for a regular expression. */
function urlOf({ url }: Alias): string {
  return url.kind === 'prefix' ? url.prefix : '';
}
