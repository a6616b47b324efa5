import * as fs from 'node:fs';
import { dirname } from 'node:path';
import type { ListenerPlan, Plan } from '../plan/plan.js';
import { BindError, bindTcp } from '../supervisor/listening-handle.js';
import { reasonOf } from '../supervisor/system-error.js';
import { whyLogRefused } from './log-files.js';
import { whyPidFileRefused } from './pid-file.js';

/** What would refuse the start, in the words of the start itself. */
export interface StartProblem {
  readonly message: string;
  /** The file or folder, as the plan names it. */
  readonly path?: string;
  readonly listener?: ListenerPlan;
}

/**
 * Asks for whatever the start needs of the machine, as the user who asks, and leaves nothing behind. That an
 * address is in use is no problem: the server that is to get this configuration may be the one that has it.
 */
export function startProblems(plan: Plan): StartProblem[] {
  return [
    ...plan.listeners.flatMap(listening),
    ...plan.logs.flatMap((path) => asProblem(path, whyLogRefused(path))),
    ...socketFolder(plan.socketPrefix),
    ...(plan.pidFile === undefined ? [] : asProblem(plan.pidFile, whyPidFileRefused(plan.pidFile))),
  ];
}

function asProblem(path: string, message: string | undefined): StartProblem[] {
  return message === undefined ? [] : [{ message, path }];
}

function listening(listener: ListenerPlan): StartProblem[] {
  try {
    bindTcp(listener).close();
    return [];
  } catch (error) {
    if (!(error instanceof BindError)) throw error;
    return error.code === 'EADDRINUSE' ? [] : [{ message: error.message, listener }];
  }
}

/** Its folder is made at the start, with those above it that are missing. */
function socketFolder(prefix: string): StartProblem[] {
  let folder = dirname(prefix);
  while (!fs.existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return [];
  } catch (error) {
    const message = `cannot make the folder of the sockets, ${JSON.stringify(dirname(prefix))}: ${reasonOf(error)}`;
    return [{ message, path: prefix }];
  }
}
