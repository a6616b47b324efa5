/** Names in a folder of scripts that are never run: hidden files, what editors leave behind, compiled files. */
const refusedEnding = /(?:~|\.bak|\.orig|\.swp|\.pyc)$/i;

/** @param below the path of a script below its folder. */
export function refusedScript(below: string): boolean {
  return below
    .split('/')
    .some((name) => name.startsWith('.') || name.includes('\\') || refusedEnding.test(name));
}

/** `.htaccess`, `.htpasswd` and their like are never sent (Apache's stock configuration). */
export function withinHidden(below: string): boolean {
  return below.split('/').some((name) => name.startsWith('.ht'));
}
