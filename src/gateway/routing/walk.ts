import type { Form } from '../../rules/located.js';
import { toUrlText } from '../../rules/url-text.js';
import type { FileKind, Files } from './files.js';

/** Where a path of the configuration and the rest of a URL lead in the file system. */
export interface Walked {
  /** Without a slash at its end. */
  readonly file: string;
  readonly kind: FileKind;
  readonly form: Form;
  /** What stands behind the file, as URL text: PATH_INFO. */
  readonly rest: string;
}

/**
 * Apache's directory walk: the first name that is no folder is the file, what follows is the rest.
 *
 * @param path absolute, `.` and `..` not allowed in what a client chose.
 * @param from the part of it that is not looked at: folders of the configuration.
 */
export function walk(files: Files, path: string, from: string): Walked | undefined {
  const whole = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  if (whole === '/') return { file: whole, kind: files.kind(whole), form: 'folder', rest: '' };
  const start = from.lastIndexOf('/', from.length - 2);
  if (/\/\.\.?(?:\/|$)/.test(whole.slice(start))) return undefined;
  for (let at = whole.indexOf('/', start + 1); at >= 0; at = whole.indexOf('/', at + 1)) {
    const file = whole.slice(0, at);
    const kind = files.kind(file);
    if (kind !== 'folder') return { file, kind, form: 'rest', rest: toUrlText(whole.slice(at)) };
    if (at === whole.length - 1) return { file, kind, form: 'folder', rest: '' };
  }
  return named(whole, files.kind(whole));
}

/** A path that is looked at as a whole first, which nearly all that lead to static files are. */
export function walkToFile(files: Files, path: string, from: string): Walked | undefined {
  if (path.includes('/.') || path.includes('//') || path.endsWith('/'))
    return walk(files, path, from);
  const kind = files.kind(path);
  return kind === 'file' || kind === 'folder' ? named(path, kind) : walk(files, path, from);
}

function named(file: string, kind: FileKind): Walked {
  return { file, kind, form: kind === 'missing' ? 'rest' : 'whole', rest: '' };
}
