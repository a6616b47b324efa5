import { headerLength } from './frames.js';
import { type Dialect, encodeMarshal, type MarshalValue } from './marshal.js';

/**
 * The control connection between supervisor and daemon, a socket pair inherited as fd 3. Frames as in frames.ts,
 * stream 0; every payload is one marshal dict. End of file on either side means that the other has gone:
 * a daemon then exits at once.
 */
export const Control = {
  /** supervisor → daemon, first: `Boot`. */
  Boot: 32,
  /** supervisor → daemon: finish what was begun, at most `graceful` seconds, then exit. */
  Stop: 33,
  /** main interpreter → sub-interpreter: `Adopt`. */
  Adopt: 34,
  /** supervisor → daemon: `Tried`. Another process could not import a script. */
  Tried: 35,
  /** daemon → supervisor: `Ready`. Requests are taken from now on. */
  Ready: 48,
  /** daemon → supervisor: `Log`, text that the application wrote. */
  Log: 49,
  /** daemon → supervisor: `Message`, the runtime's own words. */
  Message: 50,
  /** daemon → supervisor: `Leaving`. Takes nothing new, finishes what it has begun, exits by itself. */
  Leaving: 51,
  /** daemon → supervisor: `BootFailed`, then it exits. */
  BootFailed: 52,
  /** sub-interpreter → main interpreter: `Released`. */
  Released: 53,
  /** embedded runtime → gateway: `Interpret`. Python before 3.8 cannot make sub-interpreters itself. */
  Interpret: 54,
  /** daemon → supervisor: `Loaded`. */
  Loaded: 55,
  /** daemon → supervisor: `Outdated`. It serves on until it is told to stop, or that the attempt has failed. */
  Outdated: 56,
  /** daemon → supervisor: `Loading`. Then comes `Loaded`, `ImportFailed`, or the end. */
  Loading: 57,
  /** daemon → supervisor: `ImportFailed`. The process serves on, unless it is on trial: then it ends. */
  ImportFailed: 58,
} as const;
export type Control = (typeof Control)[keyof typeof Control];

/**
 * File descriptors that a daemon inherits. Nothing is ever sent over `life`: its end tells that the supervisor
 * has gone, and the kernel kills the daemon and its children then (lifeline.py). `compiled` is a file that holds the
 * runtime compiled (compiled.py), or nothing.
 */
export const inheritedFds = { control: 3, listen: 4, journal: 5, life: 6, compiled: 7 } as const;

/** All that a runtime must know. Keys are those of the dict that runtime/venvhost_runtime/boot.py reads. */
export type Boot = {
  readonly version: number;
  readonly process_group: string;
  /** That of the main interpreter. */
  readonly application_group: string;
  /** Whether other application groups get a sub-interpreter; else every request runs in the main one. */
  readonly sub_interpreters: boolean;
  readonly threads: number;
  readonly processes: number;
  readonly multiprocess: boolean;
  /** `site.addsitedir` each, then to the front of `sys.path`. */
  readonly python_path: readonly string[];
  /** Working folder, or null to stay. */
  readonly directory: string | null;
  /** Whether the folder also becomes `sys.path[0]` (`home=` was stated). */
  readonly directory_on_path: boolean;
  readonly umask: number | null;
  readonly display_name: string | null;
  /** The ids that the process must have by now; null where no user was switched. */
  readonly uid: number | null;
  readonly gid: number | null;
  /** Only this user may connect, */
  readonly gateway_uid: number;
  /** and only who shows this (`secretLength` characters). */
  readonly secret: string;
  /** What may run: these files, and what is below where they are folders, */
  readonly scripts: readonly string[];
  /** and files whose paths begin so. */
  readonly script_beginnings: readonly string[];
  /** 0: no limit. */
  readonly maximum_requests: number;
  /** Seconds that requests which were begun may take after `Leaving`. */
  readonly graceful_timeout: number;
  /** Seconds after which the process goes, whatever still runs. */
  readonly shutdown_timeout: number;
  readonly preload: readonly { readonly script: string; readonly application_group: string }[];
  /** Ready only when sub-interpreters have imported what they preload, too. */
  readonly await_interpreters?: true;
  /** What is known of scripts that could not be imported: they are not tried again here before they change. */
  readonly failed?: readonly Tried[];
  /** This script is to be imported for a process that serves on if it cannot be, or anything that is preloaded. */
  readonly trial?: Trial;
  /** Embedded mode: the runtime is a part of a gateway process. Absent in a daemon. */
  readonly embedded?: true;
  /** Where the descriptors are in embedded mode; in a daemon they are `inheritedFds`. */
  readonly listen_fd?: number;
  readonly journal_fd?: number;
};

/** `stacks`: first write where each thread stands to the log. */
export type Stop = { readonly graceful: number; readonly stacks: boolean };
export type Ready = {
  readonly pid: number;
  readonly version: string;
  readonly prefix: string;
  readonly executable: string;
};
export type Log = {
  readonly stream: 'stdout' | 'stderr' | 'errors';
  readonly request: string | null;
  readonly text: string;
};
export type Message = {
  readonly level: 'info' | 'warn' | 'error';
  readonly request: string | null;
  readonly text: string;
  /** The module that the import of `script` did not find. */
  readonly missing: string | null;
  readonly script: string | null;
};
/** A connection of a gateway, by descriptor, and its region of the journal. */
export type Adopt = { readonly fd: number; readonly region: number };
/** Make a sub-interpreter that runs on this control connection. */
export type Interpret = { readonly fd: number };
/** The connection is over, its region free. */
export type Released = { readonly region: number };
export const leavingReasons = [
  'maximum-requests',
  'signal',
  'request-timeout',
  'unreachable',
  'application-groups',
] as const;
export type LeavingReason = (typeof leavingReasons)[number];
export type Leaving = { readonly reason: LeavingReason; readonly script: string | null };
/** A script was imported in the interpreter of this application group. */
export type Loaded = { readonly script: string; readonly application_group: string };
/** One text for a script in one application group. */
export function scriptKey(script: string, applicationGroup: string): string {
  return `${applicationGroup}\0${script}`;
}
export const outdatedReasons = ['changed', 'due'] as const;
/**
 * A script is another file than the one that runs, or it is time to try one again that could not be imported: a new
 * process should take the place of this one. `stamp` stands for the file that was seen.
 */
export type Outdated = Trial & {
  readonly why: (typeof outdatedReasons)[number];
  readonly stamp: string;
};
/** `invented`: a client has made the name of the application group up. */
export type Trial = Loaded & { readonly invented: boolean };
/** The interpreter of this application group is going to execute a script. */
export type Loading = Loaded & { readonly stamp: string };
/** A script cannot be imported. */
export type ImportFailed = Loaded & {
  /** The name of the exception. */
  readonly kind: string;
  readonly reason: string;
  /** Lines of a stamp, a blank and a path: nothing is worth another attempt before one of these files changes, or time has passed. */
  readonly files: string;
  /** Time does not help. */
  readonly lasting: boolean;
};
/** The same for all other processes of the group; `seconds` until an attempt without any change, null: never. */
export type Tried = Omit<ImportFailed, 'lasting'> & { readonly seconds: number | null };
export type BootFailed = { readonly text: string };

/** One control frame, ready to be written. */
export function encodeControl(type: Control, value: MarshalValue, dialect: Dialect): Buffer {
  const payload = encodeMarshal(value, dialect);
  const frame = Buffer.allocUnsafe(headerLength + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt32LE(type, 4);
  frame.write(payload, headerLength, 'latin1');
  return frame;
}
