/** A path without slashes at its end, then the folders that it lies in, without `/`. */
export function withFolders(path: string): string[] {
  const parts = path.split('/').filter(Boolean);
  return parts.map((_, index) => `/${parts.slice(0, parts.length - index).join('/')}`);
}
