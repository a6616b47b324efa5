import type { Diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';

/**
 * What will run: readonly data that prints as JSON, with every default filled in.
 * The running half (supervisor, gateway) knows only these words, none of Apache's.
 */
export interface Plan {
  readonly serverRoot: string;
  readonly pidFile?: string;
  /** Absolute prefix of the private folder for sockets; `<prefix>.<pid>.<random>/` is made at start. */
  readonly socketPrefix: string;
  readonly gateways: GatewaysPlan;
  readonly listeners: readonly ListenerPlan[];
  /** The first entry is the main server, then the virtual hosts in order. `HostPlan.id` is the index. */
  readonly hosts: readonly HostPlan[];
  readonly processGroups: readonly ProcessGroupPlan[];
  /** Requests without a process group. Absent: there are none, or WSGIRestrictEmbedded forbids them. */
  readonly embedded?: EmbeddedPlan;
  /** Files that are written to; opened once, by the supervisor. Referred to by index. */
  readonly logs: readonly string[];
  /** Index in `logs` of the main server's ErrorLog; absent: the terminal only. */
  readonly errorLog?: number;
  readonly logLevel: LogLevel;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface GatewaysPlan {
  readonly count: number;
  /** Absent: the user who starts the server. */
  readonly identity?: Identity;
}

/** A user to switch to, looked up. */
export interface Identity {
  readonly user: string;
  readonly uid: number;
  readonly group: string;
  readonly gid: number;
  /** All supplementary groups, `gid` included. */
  readonly groups: readonly number[];
  readonly homeDirectory: string;
}

export interface ListenerPlan {
  /** IP address without brackets; absent: all addresses, IPv6 and IPv4. */
  readonly address?: string;
  /** 0: any free port (tests, `--port 0`). */
  readonly port: number;
  readonly at?: Span;
}

export interface HostPlan {
  readonly id: number;
  /** Absent on the main server: it serves where no virtual host matches the address. */
  readonly addresses?: readonly { readonly address: string; readonly port?: number }[];
  /** As ServerName has it; the machine's host name where it was not stated. Case means nothing when it is compared. */
  readonly name: string;
  /** The port of ServerName, if it had one. */
  readonly port?: number;
  readonly scheme?: 'http' | 'https';
  /** Lower-case patterns with `*` and `?`. */
  readonly aliases: readonly string[];
  readonly admin: string;
  readonly documentRoot?: string;
  readonly errorLog?: number;
  readonly logLevel: LogLevel;
  readonly accessLogs: readonly AccessLogPlan[];
  /** Seconds without progress, reading or writing. */
  readonly timeout: number;
  /** Seconds; 0 closes after every response. */
  readonly keepAliveTimeout: number;
  /** 0 is no limit. */
  readonly maxKeepAliveRequests: number;
  readonly limits: { readonly line: number; readonly fields: number; readonly fieldSize: number };
  /** What becomes of `%2F` in the path of a URL, and whether repeated slashes count as one. */
  readonly slashes: {
    readonly encoded: 'refuse' | 'decode' | 'keep';
    readonly merge: boolean;
  };
  /** Static files, in the order they are tried (this host's first, then the main server's). Before mounts. */
  readonly files: readonly AliasPlan[];
  /** WSGI mounts, in the order they are tried. First match wins. */
  readonly mounts: readonly MountPlan[];
  /** What holds for a request before any section is applied. Complete. */
  readonly settings: RequestSettings;
  /** Sections of the main server and of this host, in the order in which they are merged. */
  readonly sections: readonly SectionPlan[];
}

export interface AccessLogPlan {
  /** Index in `Plan.logs`. */
  readonly log: number;
  readonly format: readonly FormatPart[];
}

/** One part of an access log line: literal text or a field. */
export type FormatPart =
  | string
  | {
      readonly field: string;
      readonly argument?: string;
      readonly final?: boolean;
      readonly statuses?: { readonly not: boolean; readonly codes: readonly number[] };
    };

export type UrlMatch =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'regex'; readonly source: string };

export interface AliasPlan {
  readonly url: UrlMatch;
  readonly target: string;
}

export interface MountPlan extends AliasPlan {
  readonly at?: Span;
  /** Whether the target is a folder of scripts: it ends in `/`, or is a folder on disk. */
  readonly folder: boolean;
  /** What the stated target has behind its script, such as `/` in `app.wsgi/`: the beginning of PATH_INFO. */
  readonly rest?: string;
  /** Options of the alias; they win over every section. */
  readonly override: Pick<
    Partial<RequestSettings>,
    'processGroup' | 'applicationGroup' | 'callable' | 'passAuthorization'
  >;
}

/** A name that may depend on the request. */
export type GroupName =
  | { readonly kind: 'literal'; readonly name: string }
  /** `name[:port]` of the host. */
  | { readonly kind: 'server' }
  /** `name[:port]|SCRIPT_NAME`. */
  | { readonly kind: 'resource' }
  /** `host[:port]` of the Host header. */
  | { readonly kind: 'host' }
  /** A variable of the request's environment. */
  | { readonly kind: 'env'; readonly variable: string };

/** Everything that sections can change for a request. */
export interface RequestSettings {
  /** `''` is embedded mode. */
  readonly processGroup: GroupName;
  /** `''` is the main interpreter. */
  readonly applicationGroup: GroupName;
  readonly callable: GroupName;
  readonly passAuthorization: boolean;
  readonly chunkedRequest: boolean;
  readonly scriptReloading: boolean;
  /** Of files that are scripts in a folder of them, in lower case with their dots. */
  readonly scriptExtensions: readonly string[] | 'any';
  /** Bytes; 0 is no limit. */
  readonly limitRequestBody: number;
  readonly access: AccessRule;
  readonly environment: readonly EnvironmentRule[];
  /** URLs, relative to the folder where they do not begin with `/`. */
  readonly directoryIndex: readonly string[];
  /** Whether a folder without the slash at its end is redirected to itself with it. */
  readonly directorySlash: boolean;
  readonly followSymLinks: 'always' | 'owner' | 'none';
  /** Whether a URL may go on behind the file; `default`: behind scripts alone. */
  readonly acceptPathInfo: 'on' | 'off' | 'default';
  /** Every request gets 403, whatever `access` says: the directive that guards it and was passed over, and its place. */
  readonly closed?: string;
  /** Static files get 403: they are programs by this directive, which was passed over. Mounts work. */
  readonly neverSent?: string;
  /** Whether the server calls itself by ServerName, or as the client does. */
  readonly canonicalName: boolean;
  /** Whether the port that the client reached counts where none was said. */
  readonly canonicalPhysicalPort: boolean;
}

/**
 * A section, applied to requests in the order: directory sections by the number of path components, then
 * those by expression, then files, then location; sorted already.
 * Later ones win key by key; `environment` is appended.
 */
export interface SectionPlan {
  readonly at?: Span;
  readonly kind: 'directory' | 'files' | 'location';
  readonly match: SectionMatch;
  readonly settings: Partial<RequestSettings>;
  /** How `access` goes together with what holds outside; absent: it replaces that. */
  readonly accessMerging?: 'and' | 'or';
  /** `<Files>` inside this `<Directory>`: only for files below it. */
  readonly within?: SectionMatch;
}

/** On the folders of the file, the base name of the file, or the URL path; read by rules/matchers.ts alone. */
export type SectionMatch =
  /** The path itself and everything below it; on URLs, with a slash at its end, only what is below. */
  | { readonly kind: 'prefix'; readonly path: string }
  /** Shell pattern on whole path components (directory), on the base name (files) or on the URL (location). */
  | { readonly kind: 'glob'; readonly pattern: string }
  | { readonly kind: 'regex'; readonly source: string };

export type AccessRule =
  | { readonly kind: 'granted' }
  /** `unstated`: because nothing was said. */
  | { readonly kind: 'denied'; readonly unstated?: true }
  /** CIDR networks, `address/bits`. */
  | { readonly kind: 'ip'; readonly networks: readonly string[] }
  | { readonly kind: 'host'; readonly names: readonly string[] }
  | { readonly kind: 'local' }
  | { readonly kind: 'method'; readonly methods: readonly string[] }
  | { readonly kind: 'env'; readonly names: readonly string[] }
  | { readonly kind: 'not'; readonly of: AccessRule }
  | { readonly kind: 'all' | 'any' | 'none'; readonly of: readonly AccessRule[] };

export type EnvironmentRule =
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'unset'; readonly name: string }
  | {
      readonly kind: 'set-if';
      readonly attribute: string;
      readonly regex: string;
      readonly ignoreCase: boolean;
      /** Sees the path as it was sent. */
      readonly early?: true;
      readonly assignments: readonly { readonly name: string; readonly value: string | null }[];
    };

/** One daemon process group. Times are seconds; 0 switches a limit off. */
export interface ProcessGroupPlan {
  readonly at?: Span;
  /** `''` is embedded mode (`Plan.embedded`). */
  readonly name: string;
  /** Only requests of hosts with this server name may use it; absent: all. */
  readonly restrictedTo?: string;
  readonly processes: number;
  /** 1 to 65533. */
  readonly threads: number;
  /** What application groups other than `''` are: sub-interpreters of each process, or processes of their own. */
  readonly isolation: 'interpreters' | 'processes';
  /** Processes because its Python has no sub-interpreters, though they were not asked for. */
  readonly lacksInterpreters?: true;
  /** The value of `wsgi.multiprocess`: whether `processes=` was stated. */
  readonly multiprocess: boolean;
  readonly python: PythonPlan;
  readonly pythonPath: readonly string[];
  /** Absent: the user who starts the server. */
  readonly identity?: Identity;
  readonly umask?: number;
  /** The working folder; `sys.path[0]` too where it was stated (`home=`). */
  readonly directory?: string;
  readonly directoryStated: boolean;
  /** The whole environment of the process, nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly displayName?: string;
  readonly timeouts: {
    readonly startup: number;
    readonly request: number;
    readonly queue: number;
    readonly graceful: number;
    readonly shutdown: number;
    /** How long a request waits for a process that is starting. */
    readonly connect: number;
  };
  readonly maximumRequests: number;
  /** Requests that may wait in one gateway when all threads are taken. */
  readonly queueLimit: number;
  /** Index in `Plan.logs`. */
  readonly errorLog?: number;
  /** Scripts to import when a process starts, in order. */
  readonly preload: readonly {
    readonly script: string;
    readonly applicationGroup: string;
    readonly callable?: string;
  }[];
  /** Why the group cannot start; it then answers 503 and disturbs no other. */
  readonly broken?: Diagnostic;
}

/**
 * Embedded mode: a process group called `''` whose processes are the gateways. Each loads the library of this
 * Python and runs the runtime in itself, as its own user, in its own folder.
 */
export interface EmbeddedPlan extends ProcessGroupPlan {
  /** Absolute path of libpython; absent where none was found, and the group is broken then. */
  readonly library?: string;
}

export interface PythonPlan {
  /** Root of the virtual environment or installation, as configured; absent: the first python3 of PATH. */
  readonly home?: string;
  /** Absolute path of the interpreter that is started. */
  readonly executable: string;
  /** `3.11.2`; absent where the interpreter could not be asked. */
  readonly version?: string;
  readonly prefix?: string;
}

/** A daemon process that takes requests, as the supervisor announces it to the gateways. */
export interface Endpoint {
  /** Unique for the life of the server. */
  readonly id: number;
  readonly processGroup: string;
  /** That of its main interpreter; where the group isolates by interpreters it serves the others too. */
  readonly applicationGroup: string;
  readonly pid: number;
  readonly socket: string;
  /** Path of the journal file (see protocol/journal.ts). */
  readonly journal: string;
  /** Without it the process closes a connection (`secretLength` in protocol/frames.ts). */
  readonly secret: string;
  readonly threads: number;
  /** The major version of its Python: how native strings travel (protocol/marshal.ts). */
  readonly dialect: 2 | 3;
  /** Endpoints that it takes the place of: they get only what it lacks. */
  readonly replaces?: readonly number[];
  /** Scripts that it could not import, and that others have: with application groups, see `scriptKey` in protocol/control.ts. */
  readonly lacks?: readonly string[];
}
