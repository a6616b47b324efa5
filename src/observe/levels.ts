import type { LogLevel } from '../plan/plan.js';

const order: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];

/** Whether something of this level is told where `limit` is LogLevel. */
export function isTold(level: LogLevel, limit: LogLevel): boolean {
  return order.indexOf(level) <= order.indexOf(limit);
}
