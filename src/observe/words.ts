import type { LogLevel } from '../plan/plan.js';

/** How an event reads. */
export interface Wording {
  readonly level: LogLevel;
  /** One sentence, lower case; further lines are indented by whoever prints them. */
  readonly text: string;
  /** Told whatever LogLevel says: what applications write, and the server's start and end. */
  readonly always?: boolean;
}

export function always(text: string): Wording {
  return { level: 'info', text, always: true };
}

export function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}\nhint: ${hint}`;
}

export function endText({ code, signal }: { code: number | null; signal: string | null }): string {
  if (signal !== null) return `was ended by ${signal}`;
  if (code === null) return 'could not be started';
  return `ended with exit status ${code}`;
}

export function lastOutput(lines: readonly string[]): string {
  return lines.length === 0
    ? ''
    : `; its last output:\n${lines.map((line) => `| ${line}`).join('\n')}`;
}

export function originText({ processGroup, pid }: { processGroup?: string; pid?: number }): string {
  if (processGroup === undefined) return '';
  const process = processGroup === '' ? 'gateway process' : 'daemon';
  return ` (${groupText(processGroup)}${pid === undefined ? '' : `, ${process} ${pid}`})`;
}

export function pairText(pair: { processGroup: string; applicationGroup: string }): string {
  const group = groupText(pair.processGroup);
  return pair.applicationGroup === ''
    ? group
    : `${group}, application group "${pair.applicationGroup}"`;
}

export function groupText(name: string): string {
  return name === '' ? 'embedded mode' : `process group "${name}"`;
}

/** Data of a client: control characters must not reach a terminal or start a line. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function seconds(value: number): string {
  return `${Math.round(value * 10) / 10} s`;
}
