import { dirname } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { ProcessGroupOptions } from '../config/config.js';
import type { PythonFacts } from '../python/inspect.js';
import type { Facts } from './facts.js';
import type { Identity } from './plan.js';

/**
 * The whole environment of a daemon. Nothing is inherited but TZ, which is a setting of the machine and
 * holds no secret. HOME, USER, LOGNAME and USERNAME are what mod_wsgi sets.
 */
export function processEnvironment(from: {
  readonly options: ProcessGroupOptions;
  readonly python: PythonFacts | undefined;
  readonly runner: Identity;
  readonly facts: Pick<Facts, 'environment'>;
}): Record<string, string> {
  const { options, python, runner, facts } = from;
  const bin = python?.executable.startsWith('/') ? [dirname(python.executable)] : [];
  const path = [...bin, '/usr/local/bin', '/usr/bin', '/bin'];
  const { TZ } = facts.environment;
  return {
    PATH: [...new Set(path)].join(':'),
    HOME: runner.homeDirectory,
    USER: runner.user,
    LOGNAME: runner.user,
    USERNAME: runner.user,
    LANG: options.lang?.value ?? 'C.UTF-8',
    ...(options.locale && { LC_ALL: options.locale.value }),
    ...(options.pythonEggs && { PYTHON_EGG_CACHE: options.pythonEggs.value }),
    ...(TZ !== undefined && { TZ }),
  };
}

/** Said once: people expect these variables of their shell to count. */
export function ignoredVariables({ environment }: Pick<Facts, 'environment'>): Diagnostic[] {
  const set = ['PYTHONHOME', 'PYTHONPATH'].filter((name) => environment[name]);
  if (set.length === 0) return [];
  return [
    diagnostic(
      'python-variables-ignored',
      `${set.join(' and ')} of the environment ${set.length === 1 ? 'is' : 'are'} not passed on to applications`,
      { hint: 'use python-home= and python-path= of WSGIDaemonProcess' },
    ),
  ];
}
