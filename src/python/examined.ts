import type { RunAs } from '../base/as-identity.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { Distribution } from './distributions.js';
import type { Entry, Machine } from './machine.js';
import { canRead } from './permissions.js';
import type { PyvenvCfg } from './pyvenv-cfg.js';

/** An environment whose interpreter answered. */
export interface Examined {
  readonly root: string;
  /** How messages name it: `python-home "/srv/venv"`. */
  readonly named: string;
  readonly executable: string;
  readonly version: string;
  readonly kind: string;
  readonly cfg: PyvenvCfg | undefined;
  readonly distributions?: readonly Distribution[];
}

/** Whom the findings are for. */
export interface Reader {
  readonly who: RunAs;
  /** `user "www-data"`, or `the user of this server`. */
  readonly name: string;
  /** Paths that the user can read though their modes say no: access control lists. */
  readonly reads?: ReadonlySet<string>;
}

export function reads({ who, reads: known }: Reader, path: string, entry: Entry): boolean {
  return canRead(entry, who) || known?.has(path) === true;
}

export type Check = (examined: Examined, machine: Machine, reader: Reader) => Diagnostic[];

export function isEnvironment({ cfg, kind }: Examined): boolean {
  return cfg !== undefined || kind === 'virtualenv';
}
