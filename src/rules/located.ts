import { basename, dirname } from 'node:path';

/**
 * How a request names its file. `whole`: by its own name, and it exists. `rest`: more of the URL follows, or the
 * file does not exist. `folder`: a folder, with the slash at the end of its URL. `index`: the file answers for its
 * folder.
 */
export type Form = 'whole' | 'rest' | 'folder' | 'index';

/** The file, or the folder, that a request is about; an absolute path without a slash at its end. */
export interface Located {
  readonly file: string;
  readonly form: Form;
}

/** What sections of the file system compare. Source: httpd, directory walk and file walk. */
export interface Place {
  /** Names of the folders from `/` down. A file that is named whole counts as one more. */
  readonly folders: readonly string[];
  /** The path for `<DirectoryMatch>`; the file that answers for a folder is judged as the folder is. */
  readonly path: string;
  /** For `<Files>`. */
  readonly name: string;
}

export function placeOf({ file, form }: Located): Place {
  const last = form === 'whole' || form === 'folder';
  const path =
    form === 'index' ? withSlash(dirname(file)) : form === 'folder' ? withSlash(file) : file;
  return {
    folders: components(last ? file : dirname(file)),
    path,
    name: form === 'folder' ? '' : basename(file),
  };
}

export function components(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
