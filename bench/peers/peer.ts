/** What a scenario wants to be served, the same for every server. */
export interface Site {
  /** URL path and application file; the last one is mounted at `/`. */
  readonly mounts: readonly Mount[];
  /** One application that does the same as all mounts, for servers that can have one only. */
  readonly single: string | undefined;
  readonly processes: number;
  readonly threads: number;
  /** Clients connected at the same time, for servers that want to know. */
  readonly connections: number;
}

export interface Mount {
  readonly url: string;
  /** File in the folder of applications. */
  readonly file: string;
  /** A virtual environment of its own; the common one where absent. */
  readonly venv?: string;
  /** A sub-interpreter of its own in the common process; the main one where absent. */
  readonly group?: string;
}

/** Where one start of a server lives. */
export interface Place {
  /** Empty, and writable by the server. */
  readonly folder: string;
  readonly port: number;
  /** Folder of the application files. */
  readonly apps: string;
  /** The virtual environment with the Python servers and Django. */
  readonly venv: string;
}

export interface Launch {
  /** Program and arguments of each process to start; they stay in the foreground. */
  readonly commands: readonly (readonly string[])[];
  /** More of the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How new code is loaded while the server runs. */
export type Reload = 'touch' | 'SIGHUP';

/** A server to compare with. */
export interface Peer {
  readonly name: string;
  /** Only when it is asked for by name. */
  readonly onRequest?: boolean;
  /** What is installed; undefined where something is missing. */
  version(venv: string): string | undefined;
  /** Why it cannot serve such a site, where it cannot. */
  refuses(site: Site): string | undefined;
  launch(site: Site, place: Place): Launch;
  readonly reload?: Reload;
}

/** Refusal of servers with one application in a server. */
export function oneApplicationOnly(site: Site): string | undefined {
  return singleOf(site) === undefined ? 'it has one application in a server' : undefined;
}

/** The file of the one application, if one does. */
export function singleOf(site: Site): string | undefined {
  return site.single ?? (site.mounts.length === 1 ? site.mounts[0]?.file : undefined);
}

/** `hello.py` as the module name `hello`. */
export function moduleOf(site: Site): string {
  return (singleOf(site) ?? '').replace(/\.py$/, '');
}
