/** The files that a configuration is read from: the disk, or a map in memory. Paths are absolute or relative to the working folder. */
export interface Files {
  /** The text of a regular file, or of a pipe where those are allowed; throws where it cannot be read. */
  readonly read: (path: string, options?: { readonly pipes: boolean }) => string;
  /** The names in a folder, in any order; throws where it cannot be read. */
  readonly list: (folder: string) => readonly string[];
  readonly exists: (path: string) => boolean;
  readonly isFolder: (path: string) => boolean;
  /** The path without links; the path itself where there is none. */
  readonly real: (path: string) => string;
}

/** All that reading a configuration depends on. */
export interface Sources extends Files {
  /** For `${NAME}` that no Define sets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Names given with `-D`; a name without a value has the empty text. */
  readonly defines: ReadonlyMap<string, string>;
  /** Where relative paths start until a ServerRoot says otherwise; the folder of the first file if absent. */
  readonly serverRoot?: string;
  /** What is not supported yet is skipped with a warning instead of an error. */
  readonly ignoreUnsupported: boolean;
}
