/** Names in a folder of scripts that are never run: hidden files, what editors leave behind, compiled files. */
const refusedEnding = /(?:~|\.bak|\.orig|\.swp|\.pyc)$/i;

/** @param below the path of a script below its folder. */
export function refusedScript(below: string): boolean {
  return below
    .split('/')
    .some((name) => name.startsWith('.') || name.includes('\\') || refusedEnding.test(name));
}

/**
 * Whether a file is a script where a client has chosen its name.
 *
 * @param target of the mount: an extension that is written there counts.
 */
export function isScript(
  file: string,
  extensions: readonly string[] | 'any',
  target: string,
): boolean {
  if (extensions === 'any') return true;
  const extension = extensionOf(file);
  if (extension === undefined) return false;
  return (
    extensions.includes(extension) || (target.includes('$') && extension === extensionOf(target))
  );
}

function extensionOf(path: string): string | undefined {
  return /\.[^./$]+$/.exec(path)?.[0].toLowerCase();
}

/** `.htaccess`, `.htpasswd` and their like are never sent (Apache's stock configuration). */
export function withinHidden(below: string): boolean {
  return below.split('/').some((name) => name.startsWith('.ht'));
}
