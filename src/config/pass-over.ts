import type { Code } from '../base/codes.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { leaveClosed } from './close.js';
import { type Evaluation, Refusal, type Scope } from './declaration.js';
import type { Loss } from './loss.js';
import { lossesOf } from './losses.js';
import type { Node } from './tree.js';

export interface PassedOver {
  readonly evaluation: Evaluation;
  readonly scope: Scope;
  readonly node: Node;
  readonly siblings: readonly Node[];
}

/**
 * Refuses what cannot be done; with `--ignore-unsupported` it is a warning, and what it could have guarded
 * is left closed.
 */
export function passOver(
  { evaluation, scope, node, siblings }: PassedOver,
  code: Code,
  message: string,
  rest: Omit<Diagnostic, 'code' | 'severity' | 'message'>,
  losses: readonly Loss[] = lossesOf(node, siblings),
): void {
  if (!evaluation.ignoreUnsupported) throw new Refusal(code, message, rest);
  const reason = { value: titleOf(node), at: node.at };
  const closed = leaveClosed(evaluation, scope, losses, reason);
  evaluation.diagnostics.push({
    ...diagnostic(code, `${message}${closed === undefined ? ', ignored' : `: ${closed}`}`, rest),
    severity: 'warning',
  });
}

export function titleOf({ kind, name }: Pick<Node, 'kind' | 'name'>): string {
  return kind === 'directive' ? name : `<${name}>`;
}
