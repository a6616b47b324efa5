import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { openFileLimit } from '../base/open-file-limit.js';
import type { ListenerPlan, Plan } from '../plan/plan.js';
import { BindError, bindTcp } from '../supervisor/listening-handle.js';
import { whyNoPrivateFolder } from '../supervisor/private-folder.js';
import { whyLogRefused } from './log-files.js';
import { demandFiles, neededFiles } from './needed-files.js';
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
    ...openFiles(plan),
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

/** Folders on the way to it that are missing are made at the start. */
function socketFolder(prefix: string): StartProblem[] {
  let folder = prefix;
  while (!existsSync(dirname(folder))) folder = dirname(folder);
  return asProblem(prefix, whyNoPrivateFolder(folder));
}

function openFiles(plan: Plan): StartProblem[] {
  try {
    demandFiles(neededFiles(plan), openFileLimit());
    return [];
  } catch (error) {
    return [{ message: (error as Error).message }];
  }
}
