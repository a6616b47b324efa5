/**
 * Everything that the running parts tell. Parts say what happened; observe/ says how it reads.
 * An event is plain data: it crosses from gateway to supervisor as it is.
 */
export type Event =
  // server
  | { type: 'server-starting'; version: string; pid: number }
  /** What all processes together need when they have started, and what one process may have. */
  | { type: 'open-files'; needed: number; limit: number }
  | { type: 'server-listening'; addresses: string[] }
  | { type: 'server-stopping'; reason: string; atOnce?: true }
  | { type: 'server-stopped' }
  | { type: 'server-failed'; message: string }
  /** What an application had started in a session of its own; killed at the end of the server. */
  | { type: 'survivor-ended'; pid: number; command: string }
  /** One that Apache knows and this server does not, or that nobody knows. */
  | { type: 'signal-ignored'; signal: string }
  /** Somebody removed the folder of sockets under the server; another one takes its place. */
  | { type: 'socket-folder-removed'; gone: string; path: string }
  // gateways
  /** At the stop of the server. `oldest` are the targets of some of the requests that run. */
  | {
      type: 'gateway-draining';
      gateway: number;
      pid: number;
      requests: number;
      oldest: { target: string; seconds: number }[];
      seconds: number;
    }
  | { type: 'gateway-up'; gateway: number; pid: number }
  | {
      type: 'gateway-died';
      gateway: number;
      pid: number;
      code: number | null;
      signal: string | null;
      /** What it wrote to its standard streams, such as a stack. */
      lastLines: string[];
    }
  /** Its event loop gave no answer for so long; it is killed. */
  | { type: 'gateway-frozen'; gateway: number; pid: number; seconds: number }
  /** Requests without a process group can run in this gateway. */
  | {
      type: 'embedded-ready';
      gateway: number;
      pid: number;
      version: string;
      prefix: string;
      milliseconds: number;
    }
  // daemons
  | { type: 'daemon-starting'; processGroup: string; applicationGroup: string; pid: number }
  | {
      type: 'daemon-ready';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      version: string;
      prefix: string;
      milliseconds: number;
      /** Scripts that it could not import, where there are any: it answers 500 for them. */
      failedImports?: number;
    }
  | {
      type: 'daemon-died';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      code: number | null;
      signal: string | null;
      expected: boolean;
      lastLines: string[];
      /** Why it was killed, where that is known. */
      cause?: DeathCause;
    }
  | {
      type: 'daemon-restarting';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      reason: string;
      script?: string;
    }
  /** A script could not be imported by a new process; this one serves on. `serves`: it has imported it before. */
  | {
      type: 'daemon-kept';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      script: string;
      reason: string;
      serves: boolean;
    }
  | {
      type: 'daemon-restart-delayed';
      processGroup: string;
      applicationGroup: string;
      milliseconds: number;
      failures: number;
    }
  | {
      type: 'daemon-start-timeout';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      seconds: number;
    }
  | {
      type: 'daemon-stop-timeout';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      seconds: number;
    }
  | { type: 'group-broken'; processGroup: string; code: string; message: string; hint?: string }
  /** Said once for a process group, when the first application group beside the main interpreter is used. */
  | { type: 'interpreters-unavailable'; processGroup: string; version: string }
  /** A request named one application group more than a process group may have. */
  | { type: 'application-group-ended'; processGroup: string; applicationGroup: string }
  | {
      type: 'application-group-refused';
      processGroup: string;
      applicationGroup: string;
      limit: number;
    }
  /** A line that the application wrote: print, wsgi.errors, logging, a traceback. */
  | {
      type: 'application-output';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      stream: 'stdout' | 'stderr' | 'errors';
      request?: string;
      text: string;
    }
  /** A message of the runtime itself, such as `loading script`. */
  | {
      type: 'runtime-message';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      level: 'info' | 'warn' | 'error';
      request?: string;
      text: string;
      /** The module that the import of a script did not find. */
      missing?: { module: string; script: string };
      hint?: string;
    }
  // requests
  | {
      type: 'request-rejected';
      host: number;
      client: string;
      status: number;
      reason: string;
      request?: string;
    }
  | {
      type: 'request-denied';
      host: number;
      client: string;
      target: string;
      path: string;
      directory?: string;
      /** The directive that was passed over and may guard it, with its place. */
      closed?: string;
      request: string;
    }
  | {
      type: 'request-failed';
      host: number;
      client: string;
      target: string;
      status: number;
      reason: string;
      request: string;
      processGroup?: string;
      pid?: number;
    }
  | {
      type: 'response-cut';
      host: number;
      client: string;
      target: string;
      reason: string;
      request: string;
      processGroup?: string;
      pid?: number;
    }
  | {
      type: 'response-truncated-to-length';
      host: number;
      target: string;
      declared: number;
      request: string;
      processGroup?: string;
    }
  | {
      type: 'requests-moved';
      processGroup: string;
      applicationGroup: string;
      pid: number;
      count: number;
      reason: string;
    }
  /** Events of one kind came so often that only the first few of a second were told. */
  | {
      type: 'events-repeated';
      /** The type of those left out. */
      event: string;
      host: number;
      processGroup?: string;
      reason: string;
      count: number;
    }
  /** Heads that were not finished held more than `bytes`: so many connections were closed. */
  | { type: 'heads-dropped'; count: number; bytes: number }
  /** No thread has been free for ten seconds; the oldest request has run for so long. */
  | {
      type: 'threads-busy';
      processGroup: string;
      applicationGroup: string;
      threads: number;
      waiting: number;
      target: string;
      seconds: number;
    }
  /** One is free again, after so long. */
  | { type: 'threads-free'; processGroup: string; applicationGroup: string; seconds: number }
  /** So many answers hold threads for slow clients: there is no more place on disk for them, or it failed. */
  | { type: 'answers-held'; count: number; failure?: string }
  | { type: 'events-dropped'; count: number };

/** Timeouts that end a process by force, the kernel when memory is exhausted, and what an application must not do. */
export type DeathCause =
  | 'startup-timeout'
  | 'shutdown-timeout'
  | 'out-of-memory'
  | 'descriptors-closed'
  | 'journal-resized';

export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

/** Where a part sends what happened. */
export type Emit = (event: Event) => void;
