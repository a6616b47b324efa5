import { diagnostic } from '../base/diagnostic.js';
import type { Call } from './declaration.js';

/** Says once per `key` that something is accepted and does nothing. */
export function once(call: Call, key: string, message: string): void {
  if (call.evaluation.said.has(key)) return;
  call.evaluation.said.add(key);
  call.evaluation.diagnostics.push(
    diagnostic('directive-without-effect', message, { at: call.nameAt }),
  );
}
