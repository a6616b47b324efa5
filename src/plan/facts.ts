import type { Inspection } from '../python/inspect.js';
import type { LibraryFacts } from '../python/libpython.js';
import type { Machine } from '../python/machine.js';
import type { Passed, Walk } from '../python/path-walk.js';
import type { Accounts } from './accounts.js';
import type { ActivationFacts } from './activations.js';
import type { MachineFacts } from './machine-facts.js';
import type { ScriptAnswers } from './script-answers.js';

/** A part of venvhost itself that a user cannot read, and the folder in the way. */
export interface ClosedProgram {
  readonly path: string;
  readonly user: string;
  readonly folder: Passed;
}

/** What the machine answered: all that a plan depends on beside the configuration. Prints as JSON. */
export interface Facts {
  readonly self: Machine['self'];
  /** Only the variables of our own environment that the plan uses. */
  readonly environment: Readonly<Record<string, string>>;
  readonly hostName: string;
  /** Where sockets go when the configuration does not say. */
  readonly runtimeFolder: string;
  /** Absent: users cannot be switched here. */
  readonly setpriv?: string;
  readonly accounts: Accounts;
  /** The way to each file and folder that the configuration names. */
  readonly paths: Readonly<Record<string, Walk>>;
  readonly closedPrograms: readonly ClosedProgram[];
  /** By process group; `''` where requests can run in no group. */
  readonly pythons: Readonly<Record<string, Inspection>>;
  /** The shared library of the Python of embedded mode, where that is used and the Python could be asked. */
  readonly library?: LibraryFacts;
  readonly machine?: MachineFacts;
  readonly scripts?: ScriptAnswers;
  readonly activations?: ActivationFacts;
}
