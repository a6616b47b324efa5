import { mergeSlashes } from '../../rules/url-text.js';
import type { Files } from './files.js';
import type { Outcome, Route } from './route.js';
import { isScript, refusedScript, withinHidden } from './script-names.js';
import type { Walked } from './walk.js';

const served: Outcome = { kind: 'file' };

/** What a request for something else than a folder gets from a place of static files. */
export function fileOutcome(walked: Walked, route: Route, root: string, files: Files): Outcome {
  const below = walked.file.slice(root.length);
  if (withinHidden(below)) return fail(403, 'a .ht file');
  const { neverSent } = route.settings;
  if (neverSent !== undefined && walked.kind === 'file')
    return fail(
      403,
      `the file is a program by ${neverSent}, which is not supported, and is never sent`,
    );
  if (walked.kind === 'missing') return fail(404, 'the file does not exist');
  if (walked.kind === 'denied') return fail(403, 'the file cannot be looked at');
  if (!files.linksAllowed(root, walked.file, route.settings.followSymLinks))
    return fail(403, 'a symbolic link on the way to the file');
  if (walked.rest !== '' && route.settings.acceptPathInfo !== 'on')
    return fail(404, 'the URL goes on behind a file');
  return served;
}

/**
 * The same from a mount.
 *
 * @param root the folder below which the client chooses names; undefined where it chooses none.
 * @param target of the mount.
 */
export function scriptOutcome(
  walked: Walked,
  route: Route,
  path: string,
  { root, target }: { readonly root: string | undefined; readonly target: string },
  files: Files,
): Outcome {
  if (walked.kind === 'missing') return fail(404, 'the script does not exist');
  if (walked.kind === 'denied') return fail(403, 'the script cannot be looked at');
  if (root !== undefined) {
    if (refusedScript(walked.file.slice(root.length)))
      return fail(404, 'a name that is never run as a script');
    if (!isScript(walked.file, route.settings.scriptExtensions, target))
      return fail(404, 'no script by its extension (WSGIScriptExtensions)');
    if (!files.linksAllowed(root, walked.file, route.settings.followSymLinks))
      return fail(403, 'a symbolic link on the way to the script');
  }
  if (walked.rest !== '' && route.settings.acceptPathInfo === 'off')
    return fail(404, 'AcceptPathInfo is off');
  // Paths have repeated slashes with MergeSlashes Off alone; the names for the application never do.
  const url = route.host.slashes.merge ? path : mergeSlashes(path);
  const pathInfo = mergeSlashes(walked.rest);
  return { kind: 'wsgi', scriptName: scriptNameOf(url, pathInfo), pathInfo };
}

export function fail(status: number, reason: string): Outcome {
  return { kind: 'fail', status, reason };
}

/**
 * The path without PATH_INFO at its end. Where the target of the mount adds to PATH_INFO, what both have in common
 * at their ends is taken off, from a slash on. Source: httpd, ap_find_path_info.
 */
function scriptNameOf(path: string, pathInfo: string): string {
  if (path.endsWith(pathInfo)) return path.slice(0, path.length - pathInfo.length);
  let common = 0;
  while (common < path.length && path.at(-1 - common) === pathInfo.at(-1 - common)) common++;
  const end = path.indexOf('/', Math.max(0, path.length - common - 1));
  return end < 0 ? path : path.slice(0, end);
}
