import type { Span, Stated } from '../base/span.js';

/**
 * What the configuration states, in the order and scope it was stated; nothing here is a default.
 * Paths are absolute already (relative ones were resolved against ServerRoot), variables are expanded.
 */
export interface Config {
  readonly global: GlobalSettings;
  /** The main server: everything outside of `<VirtualHost>`. */
  readonly main: HostSettings;
  readonly virtualHosts: readonly VirtualHost[];
  /** WSGIDaemonProcess, all scopes, in order. Identical twins have been merged. */
  readonly processGroups: readonly ProcessGroup[];
}

/** Directives that count once per server. */
export interface GlobalSettings {
  serverRoot?: Stated<string>;
  listen: Stated<ListenAddress>[];
  user?: Stated<string>;
  group?: Stated<string>;
  /** Ours: whom gateways run as, apart from applications. */
  gatewayUser?: Stated<string>;
  gatewayGroup?: Stated<string>;
  pidFile?: Stated<string>;
  pythonHome?: Stated<string>;
  pythonPath?: Stated<readonly string[]>;
  /** Absolute path prefix of the folder that holds the sockets. */
  socketPrefix?: Stated<string>;
  restrictEmbedded?: Stated<boolean>;
}

export interface ListenAddress {
  /** IPv4 or IPv6 address without brackets; absent for all addresses. */
  readonly address?: string;
  readonly port: number;
}

/** Directives of the main server or one virtual host. */
export interface HostSettings {
  serverName?: Stated<ServerName>;
  /** ServerAlias patterns; `*` and `?` are wildcards. */
  serverAliases: Stated<string>[];
  serverAdmin?: Stated<string>;
  documentRoot?: Stated<string>;
  errorLog?: Stated<string>;
  logLevel?: Stated<LogLevel>;
  /** LogFormat definitions by nickname. */
  logFormats: Map<string, Stated<string>>;
  customLogs: CustomLog[];
  /** Seconds. */
  timeout?: Stated<number>;
  keepAlive?: Stated<boolean>;
  /** Seconds, may be fractional (`500ms`). */
  keepAliveTimeout?: Stated<number>;
  maxKeepAliveRequests?: Stated<number>;
  limitRequestLine?: Stated<number>;
  limitRequestFields?: Stated<number>;
  limitRequestFieldSize?: Stated<number>;
  /** AllowEncodedSlashes. */
  encodedSlashes?: Stated<EncodedSlashes>;
  mergeSlashes?: Stated<boolean>;
  /** Alias and AliasMatch, in order. */
  aliases: Alias[];
  /** WSGIScriptAlias and WSGIScriptAliasMatch, in order. */
  scriptAliases: ScriptAlias[];
  importScripts: ImportScript[];
  /** Per-directory directives that stand directly in the server scope. */
  settings: DirectorySettings;
  /** Sections in order of appearance; `<Files>` inside `<Directory>` are `children`. */
  sections: Section[];
}

/** What becomes of `%2F` in a path. */
export type EncodedSlashes = 'refuse' | 'decode' | 'keep';

export interface VirtualHost extends HostSettings {
  readonly at: Span;
  readonly addresses: readonly Stated<HostAddress>[];
}

export interface HostAddress {
  /** `*` (any, also written `_default_`) or an IP address. */
  readonly address: string;
  /** Absent for any port (`*`). */
  readonly port?: number;
}

export interface ServerName {
  readonly scheme?: 'http' | 'https';
  readonly host: string;
  readonly port?: number;
}

export type LogLevel =
  | 'emerg'
  | 'alert'
  | 'crit'
  | 'error'
  | 'warn'
  | 'notice'
  | 'info'
  | 'debug'
  | 'trace';

export interface CustomLog {
  readonly at: Span;
  readonly path: string;
  /** A nickname of LogFormat or a format string itself; absent for the common log format. */
  readonly format?: Stated<string>;
}

/** What a URL must be like. */
export type UrlPattern =
  /** mod_alias prefix matching. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** An unanchored regular expression on the decoded path. */
  | { readonly kind: 'regex'; readonly source: string };

export interface Alias {
  readonly at: Span;
  readonly url: UrlPattern;
  /** File system path; with a regex, `$1`… stand for its groups. */
  readonly target: string;
}

export interface ScriptAlias extends Alias {
  readonly processGroup?: Stated<string>;
  readonly applicationGroup?: Stated<string>;
  readonly callableObject?: Stated<string>;
  readonly passAuthorization?: Stated<boolean>;
}

export interface ImportScript {
  readonly at: Span;
  readonly path: string;
  readonly processGroup: Stated<string>;
  readonly applicationGroup: Stated<string>;
}

export type SectionKind = 'directory' | 'files' | 'location';

export interface Section {
  readonly at: Span;
  readonly kind: SectionKind;
  /** `plain`: shell wildcards allowed, as Apache's; `regex`: `<…Match>` or `<… ~ "…">`. */
  readonly pattern: { readonly kind: 'plain' | 'regex'; readonly text: string };
  readonly settings: DirectorySettings;
  readonly children: Section[];
}

/** Per-directory directives: valid in the server scope and in sections, merged per request. */
export interface DirectorySettings {
  processGroup?: Stated<string>;
  applicationGroup?: Stated<string>;
  callableObject?: Stated<string>;
  passAuthorization?: Stated<boolean>;
  chunkedRequest?: Stated<boolean>;
  scriptReloading?: Stated<boolean>;
  /** WSGIScriptExtensions, in lower case with their dots. */
  scriptExtensions?: Stated<readonly string[] | 'any'>;
  /** Bytes; 0 is no limit. */
  limitRequestBody?: Stated<number>;
  /** All Require directives of this one section as one requirement. */
  require?: Stated<Requirement>;
  /** AuthMerging; absent for Off. */
  accessMerging?: Stated<'and' | 'or'>;
  /** SetEnv, PassEnv, UnsetEnv, SetEnvIf(NoCase), BrowserMatch in order. */
  environment: Stated<EnvironmentRule>[];
  directoryIndex?: Stated<readonly string[]>;
  directorySlash?: Stated<boolean>;
  /** Options FollowSymLinks / SymLinksIfOwnerMatch; `none` when an Options line leaves both out. */
  followSymLinks?: Stated<'always' | 'owner' | 'none'>;
  acceptPathInfo?: Stated<'on' | 'off' | 'default'>;
  /** The directive that was passed over and could have forbidden requests: all of them get 403. */
  closed?: Stated<string>;
  /** The directive that makes programs of files here, and was passed over: they are not sent as they are. */
  neverSent?: Stated<string>;
  canonicalName?: Stated<boolean>;
  canonicalPhysicalPort?: Stated<boolean>;
}

export type Requirement =
  | { readonly kind: 'granted' }
  | { readonly kind: 'denied' }
  /** IP addresses, CIDR networks, or partial addresses as Apache allows (`10.1`). */
  | { readonly kind: 'ip'; readonly networks: readonly string[] }
  | { readonly kind: 'host'; readonly names: readonly string[] }
  | { readonly kind: 'local' }
  | { readonly kind: 'method'; readonly methods: readonly string[] }
  | { readonly kind: 'env'; readonly names: readonly string[] }
  | { readonly kind: 'not'; readonly of: Requirement }
  | { readonly kind: 'all' | 'any' | 'none'; readonly of: readonly Requirement[] };

export type EnvironmentRule =
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  /** The value of the server's own environment at start. */
  | { readonly kind: 'pass'; readonly name: string }
  | { readonly kind: 'unset'; readonly name: string }
  | {
      readonly kind: 'set-if';
      /** A request header name, or Remote_Addr, Remote_Host, Server_Addr, Request_Method, Request_Protocol, Request_URI, or an earlier variable. */
      readonly attribute: string;
      readonly regex: string;
      readonly ignoreCase: boolean;
      /** Stands outside of sections, and so sees the path as it was sent. */
      readonly early?: true;
      /** `undefined` as value: the variable is removed (`!NAME`). `$1`… stand for groups. */
      readonly assignments: readonly {
        readonly name: string;
        readonly value: string | undefined;
      }[];
    };

/** One WSGIDaemonProcess. Options that were not stated are absent. Times are in seconds, sizes in bytes. */
export interface ProcessGroup {
  readonly at: Span;
  readonly name: string;
  /** Index in `Config.virtualHosts` of the host that defines it; absent for the main server. */
  readonly host?: number;
  /** Identical definitions that were merged into this one, each with its host as above. */
  readonly twins?: readonly { readonly at: Span; readonly host?: number }[];
  readonly options: ProcessGroupOptions;
}

export interface ProcessGroupOptions {
  /** The option that protects something and was passed over: the group must not run. */
  unprotected?: Stated<string>;
  user?: Stated<string>;
  group?: Stated<string>;
  supplementaryGroups?: Stated<readonly string[]>;
  processes?: Stated<number>;
  threads?: Stated<number>;
  umask?: Stated<number>;
  chroot?: Stated<string>;
  home?: Stated<string>;
  lang?: Stated<string>;
  locale?: Stated<string>;
  displayName?: Stated<string>;
  stackSize?: Stated<number>;
  cpuPriority?: Stated<number>;
  cpuTimeLimit?: Stated<number>;
  memoryLimit?: Stated<number>;
  virtualMemoryLimit?: Stated<number>;
  scriptUser?: Stated<string>;
  scriptGroup?: Stated<string>;
  socketUser?: Stated<string>;
  serverMetrics?: Stated<boolean>;
  pythonHome?: Stated<string>;
  pythonPath?: Stated<readonly string[]>;
  pythonEggs?: Stated<string>;
  switchInterval?: Stated<number>;
  listenBacklog?: Stated<number>;
  sendBufferSize?: Stated<number>;
  receiveBufferSize?: Stated<number>;
  headerBufferSize?: Stated<number>;
  responseBufferSize?: Stated<number>;
  responseSocketTimeout?: Stated<number>;
  /** Ours: what application groups other than the main interpreter's are. */
  applicationIsolation?: Stated<'interpreter' | 'process'>;
  /** Milliseconds, the one option that is not in seconds. */
  responseFlushDelay?: Stated<number>;
  startupTimeout?: Stated<number>;
  requestTimeout?: Stated<number>;
  interruptTimeout?: Stated<number>;
  deadlockTimeout?: Stated<number>;
  inactivityTimeout?: Stated<number>;
  restartInterval?: Stated<number>;
  maximumRequests?: Stated<number>;
  gracefulTimeout?: Stated<number>;
  evictionTimeout?: Stated<number>;
  shutdownTimeout?: Stated<number>;
  queueTimeout?: Stated<number>;
  connectTimeout?: Stated<number>;
  socketTimeout?: Stated<number>;
}
