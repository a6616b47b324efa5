/** Repeated slashes as one. */
export function mergeSlashes(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}

/** Text of the configuration in the form in which URLs are matched: one latin-1 character for each UTF-8 byte. */
export function toUrlText(text: string): string {
  return /[^\x00-\x7f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}
