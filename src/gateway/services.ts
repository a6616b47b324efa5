import type { Emit } from '../base/events.js';
import type { HostPlan } from '../plan/plan.js';
import type { Allowance } from './allowance.js';
import type { DiskAllowance } from './disk-allowance.js';
import type { ConstantFacts } from './environ/constants.js';
import type { HeldAnswers } from './held-answers.js';
import type { Logged } from './http/exchange.js';
import type { NameRules } from './routing/canonical.js';
import type { Variables } from './routing/variables.js';

/** What a request leaves for the access log. */
export interface AccessRecord {
  readonly requestId: string;
  readonly path: string;
  readonly query: string;
  readonly variables: Variables;
  readonly file?: string;
  /** What the server calls itself; as for the host where no section was looked at. */
  readonly settings?: NameRules;
}

/** What every request uses of the gateway. */
export interface Services {
  readonly emit: Emit;
  readonly facts: ConstantFacts;
  /** Seconds since the epoch, with fractions; of a moment of `performance.now()`, or now. */
  readonly wallClock: (moment?: number) => number;
  /** For answers that their clients have not taken. */
  readonly allowance: Allowance;
  readonly disk: DiskAllowance;
  readonly held: HeldAnswers;
  readonly nextRequestId: () => string;
  readonly logAccess: (exchange: Logged, host: HostPlan, record: AccessRecord) => void;
}
