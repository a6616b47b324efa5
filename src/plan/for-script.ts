import { basename, dirname, extname, join, resolve } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { commandLineFile, type Span, type Stated } from '../base/span.js';
import type { Config, HostSettings } from '../config/config.js';
import { emptyHost } from '../config/host.js';
import type { Machine } from '../python/machine.js';
import { walkPath } from '../python/path-walk.js';
import { buildPlan, type Planned, type PlanOptions } from './build.js';
import { collectFacts } from './collect-facts.js';

/** `venvhost serve SCRIPT`. Relative paths are resolved against `folder`. */
export interface ScriptOptions extends PlanOptions {
  readonly folder: string;
  readonly script: string;
  readonly venv?: string;
  /** Folders for modules, as python-path. */
  readonly pythonPath?: readonly string[];
  readonly port?: number;
  readonly callable?: string;
  readonly processes?: number;
  readonly threads?: number;
  /** As User and Group. */
  readonly user?: string;
  readonly group?: string;
  /** URL path; `/` unstated. */
  readonly mount?: string;
}

/**
 * The plan for one application without a configuration file, the same way as for a configuration:
 * a process group of its own, the main interpreter, access to the script's folder granted.
 */
export async function planForScript(options: ScriptOptions, machine: Machine): Promise<Planned> {
  const script = resolve(options.folder, options.script);
  const chosen = chooseHome(script, options, machine);
  const config = configForScript(script, chosen?.home, options);
  const facts = await collectFacts(config, machine);
  const planned = buildPlan(config, facts, {
    listen: [{ address: '127.0.0.1', port: options.port ?? 8080 }],
    ...options,
  });
  const python = planned.plan.processGroups[0]?.python;
  return {
    plan: planned.plan,
    diagnostics: [
      ...(options.venv === undefined && python?.version ? [said(chosen, python)] : []),
      // Without its only script there is nothing to serve.
      ...planned.diagnostics.map((found) =>
        found.code === 'script-missing'
          ? {
              ...found,
              severity: 'error' as const,
              hint: 'name the file that holds the WSGI callable',
            }
          : found,
      ),
    ],
  };
}

interface Chosen {
  readonly home: string;
  readonly why: string;
}

/** `--venv`, else the active environment, else one beside the script; else none: the first python3 of PATH. */
function chooseHome(script: string, options: ScriptOptions, machine: Machine): Chosen | undefined {
  if (options.venv !== undefined)
    return { home: resolve(options.folder, options.venv), why: 'it was asked for' };
  const active = machine.environment['VIRTUAL_ENV'];
  if (active?.startsWith('/')) return { home: active, why: 'it is the active one' };
  return ['venv', '.venv', 'env']
    .map((name) => join(dirname(script), name))
    .filter((home) => walkPath(join(home, 'pyvenv.cfg'), machine).end === 'file')
    .map((home) => ({ home, why: 'it is beside the script' }))[0];
}

function said(
  chosen: Chosen | undefined,
  python: { readonly executable: string; readonly version?: string },
): Diagnostic {
  return diagnostic(
    'environment-chosen',
    chosen
      ? `using the virtual environment ${chosen.home} (Python ${python.version}), because ${chosen.why}`
      : `using ${python.executable} (Python ${python.version}), the first python3 of PATH: there is no virtual environment beside the script`,
    { hint: 'choose another one with --venv DIR' },
  );
}

function configForScript(script: string, home: string | undefined, options: ScriptOptions): Config {
  const at = commandLine(options);
  const stated = <T>(value: T): Stated<T> => ({ value, at });
  const group = groupName(script);
  const { processes, threads, callable, user, pythonPath, folder } = options;
  const main: HostSettings = {
    ...emptyHost(),
    serverName: stated({ host: 'localhost' }),
    scriptAliases: [
      {
        at,
        url: { kind: 'prefix', prefix: options.mount ?? '/' },
        target: script,
        processGroup: stated(group),
        applicationGroup: stated('%{GLOBAL}'),
        ...(callable !== undefined && { callableObject: stated(callable) }),
      },
    ],
    sections: [
      {
        at,
        kind: 'directory',
        pattern: { kind: 'plain', text: dirname(script) },
        settings: { environment: [], require: stated({ kind: 'granted' }) },
        children: [],
      },
    ],
    settings: { environment: [], chunkedRequest: stated(true) },
  };
  return {
    global: {
      serverRoot: stated(dirname(script)),
      listen: [],
      ...(user !== undefined && { user: stated(user) }),
      ...(options.group !== undefined && { group: stated(options.group) }),
    },
    main,
    virtualHosts: [],
    processGroups: [
      {
        at,
        name: group,
        options: {
          home: stated(dirname(script)),
          ...(home !== undefined && { pythonHome: stated(home) }),
          ...(pythonPath && {
            pythonPath: stated(pythonPath.map((path) => resolve(folder, path))),
          }),
          ...(processes !== undefined && { processes: stated(processes) }),
          ...(threads !== undefined && { threads: stated(threads) }),
        },
      },
    ],
  };
}

/** Messages of `serve` point at the command line as it would be typed. */
function commandLine({ script, venv }: ScriptOptions): Span {
  const text = `venvhost serve ${script}${venv === undefined ? '' : ` --venv ${venv}`}`;
  return { file: commandLineFile, line: 1, column: 1, endColumn: text.length + 1, text };
}

function groupName(script: string): string {
  const name = basename(script, extname(script)).replace(/[^\w.-]/g, '-');
  return name === '' ? 'application' : name;
}
