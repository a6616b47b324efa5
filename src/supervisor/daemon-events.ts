import type { DeathCause, Event } from '../base/events.js';
import { type DaemonNews, descriptorsClosed } from './daemon.js';

/** Which process something is about. */
export interface About {
  readonly processGroup: string;
  readonly applicationGroup: string;
  readonly pid: number;
}

/** What a daemon wrote or said, as an event. */
export function outputEvent(
  news: DaemonNews & { type: 'raw' | 'log' | 'message' },
  about: About,
): Event {
  switch (news.type) {
    case 'raw':
      return { type: 'application-output', ...about, stream: news.stream, text: news.text };
    case 'log': {
      const { stream, request, text } = news.log;
      return { type: 'application-output', ...about, stream, ...tag(request), text };
    }
    case 'message': {
      const { level, request, text, missing: module, script } = news.message;
      const missing = module !== null && script !== null && { missing: { module, script } };
      return { type: 'runtime-message', ...about, level, ...tag(request), text, ...missing };
    }
  }
}

export function deathEvent(
  news: DaemonNews & { type: 'exited' },
  about: About,
  expected: boolean,
  cause: DeathCause | undefined,
): Event {
  const { code, signal, lastLines } = news;
  const known = cause === undefined ? {} : { cause };
  return { type: 'daemon-died', ...about, code, signal, expected, lastLines, ...known };
}

/** `killed` is why we ended it, `expected` whether it was to end. */
export function causeOfDeath(
  { killed, expected }: { readonly killed: DeathCause | undefined; readonly expected: boolean },
  { code, signal }: DaemonNews & { type: 'exited' },
  outOfMemory: (() => boolean) | undefined,
): DeathCause | undefined {
  if (killed) return killed;
  if (code === descriptorsClosed) return 'descriptors-closed';
  const byKernel = signal === 'SIGKILL' && !expected && outOfMemory?.();
  return byKernel ? 'out-of-memory' : undefined;
}

/** Why a process is not there that should have become ready. */
export function endText(
  { code, signal, error }: DaemonNews & { type: 'exited' },
  cause: DeathCause | undefined,
): string {
  if (error !== undefined) return `its new process cannot be started: ${error}`;
  if (cause !== undefined) return `its new process was ended because of ${cause}`;
  const how = signal === null ? `ended with exit status ${code}` : `was ended by ${signal}`;
  return `its new process ${how}`;
}

export function startRefusal(reason: string): string {
  return `a daemon process cannot be started: ${reason}`;
}

export function whyEnded(
  { lastLines }: { readonly lastLines: readonly string[] },
  cause: DeathCause | undefined,
): string {
  if (cause === 'descriptors-closed') return ': the application closes descriptors of the server';
  const last = lastLines.at(-1);
  return last === undefined ? '' : `, the last words were: ${last}`;
}

function tag(request: string | null): { request?: string } {
  return request === null ? {} : { request };
}
