import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { Span } from '../base/span.js';
import type { Facts } from '../plan/facts.js';
import type { Plan, ProcessGroupPlan } from '../plan/plan.js';
import type { ScriptUse } from '../plan/script-answers.js';
import type { Inspection } from '../python/inspect.js';
import type { Machine, Ran } from '../python/machine.js';
import { missingModuleHint } from '../python/missing-module.js';
import { importMain } from './package-files.js';
import { runtimeCommands } from './runtime-command.js';

/** What is known when scripts are imported. */
export interface ImportParts {
  readonly plan: Plan;
  readonly facts: Facts;
  readonly machine: Machine;
}

/** So many scripts are imported at the same time. */
const atOnce = 4;
/** Where startup-timeout is switched off. */
const usualSeconds = 60;

/**
 * Imports every script that can be known beforehand, once for each process group, each in a process of its
 * own that has the user, the environment and the module search path of the group. Scripts that could not be
 * compiled are left out: that was told already. As root, nothing is imported that has no other user.
 */
export async function importScripts({ plan, facts, machine }: ImportParts): Promise<Diagnostic[]> {
  // That users cannot be switched was told already.
  if (machine.self.uid === 0 && facts.setpriv === undefined) return [];
  const groups = new Map(
    [...plan.processGroups, ...(plan.embedded ? [plan.embedded] : [])].map((one) => [
      one.name,
      one,
    ]),
  );
  const commands = runtimeCommands(importMain);
  const { uses = [], answers = {} } = facts.scripts ?? {};
  const waiting = uses.flatMap((use) => {
    const group = groups.get(use.group);
    const answer = answers[use.group]?.[use.path];
    const known = answer !== undefined && ('syntax' in answer || 'unreadable' in answer);
    if (!group || group.broken || known || (machine.self.uid === 0 && !group.identity)) return [];
    return [{ use, group }];
  });
  const found: Diagnostic[][] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { use, group } = next;
      const argv = [...commands(group.python.executable, group.identity), argumentOf(use, group)];
      const seconds = group.timeouts.startup || usualSeconds;
      const ran = await machine.run(argv, { environment: group.environment, seconds });
      const { distributions } = facts.pythons[group.name] ?? {};
      found.push(outcome(use, group, ran, { distributions, machine }));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found.flat();
}

function argumentOf({ path, callable, group: name }: ScriptUse, group: ProcessGroupPlan): string {
  return JSON.stringify({
    script: path,
    seconds: group.timeouts.startup || usualSeconds,
    callable: callable ?? null,
    process_group: name,
    application_group: '',
    processes: group.processes,
    threads: group.threads,
    python_path: group.pythonPath,
    directory: group.directory ?? null,
    directory_on_path: group.directoryStated,
    umask: group.umask ?? null,
    display_name: null,
    uid: group.identity?.uid ?? null,
    gid: group.identity?.gid ?? null,
  });
}

interface Known {
  readonly distributions: Inspection['distributions'] | undefined;
  readonly machine: Machine;
}

interface Failure {
  readonly kind: string;
  readonly text: string;
  readonly path: string;
  readonly line: number;
  readonly source: string;
  readonly module: string;
}

function outcome(use: ScriptUse, group: ProcessGroupPlan, ran: Ran, known: Known): Diagnostic[] {
  const { path, at, callable } = use;
  const answer = parseAnswer(ran.stdout);
  if (!answer && ran.failure?.startsWith('no answer'))
    return [
      diagnostic(
        'script-import-timeout',
        `the import of ${path} did not end within ${group.timeouts.startup || usualSeconds} s`,
        { at, hint: 'see what it waits for: a network, a lock, or a package that hangs' },
      ),
    ];
  if (!answer)
    return [
      diagnostic('script-import-failed', `the import of ${path} ended its process: ${endOf(ran)}`, {
        at,
      }),
    ];
  if (typeof answer.failed === 'object')
    return [failed(use, group, answer.failed as Failure, known)];
  if (answer.callable === true) return [];
  return [
    diagnostic(
      'script-callable-missing',
      `script ${JSON.stringify(path)} does not define ${callable}`,
      {
        at,
        hint: `define it: def ${callable}(environ, start_response):`,
      },
    ),
  ];
}

function failed(
  { path, at }: ScriptUse,
  { name: processGroup, python: { executable }, pythonPath }: ProcessGroupPlan,
  failure: Failure,
  { distributions, machine }: Known,
): Diagnostic {
  const text = String(failure.text).split('\n')[0] ?? '';
  const line = Number(failure.line) || 0;
  const where = line > 0 ? ` in line ${line} of ${failure.path}` : '';
  const missing = failure.kind === 'ModuleNotFoundError' || /^No module named/.test(text);
  const module = String(failure.module) || (/named '?([\w.]+)/.exec(text)?.[1] ?? '');
  return diagnostic(
    'script-import-failed',
    `the import of ${path} failed: ${failure.kind}: ${text}${where}`,
    {
      at,
      ...(line > 0 && {
        related: [
          { message: 'this line raised it', at: place(failure.path, line, String(failure.source)) },
        ],
      }),
      ...(missing && {
        hint: missingModuleHint(
          { module, script: path, processGroup, executable, pythonPath, distributions },
          machine,
        ),
      }),
    },
  );
}

/** What the process said belongs to the application: it may be anything. */
function parseAnswer(stdout: string): Readonly<Record<string, unknown>> | undefined {
  const line = stdout.split('\n').find((one) => one.startsWith('venvhost '));
  try {
    const said: unknown = JSON.parse(line?.slice(9) ?? '');
    return typeof said === 'object' && said !== null
      ? (said as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function endOf({ signal, status, failure, stderr }: Ran): string {
  const lines = stderr.trim().split('\n');
  // Of a crash, faulthandler tells the kind first and its stack afterwards.
  const last = lines.find((line) => line.startsWith('Fatal Python error')) ?? lines.at(-1) ?? '';
  const how = signal ? `killed by ${signal}` : (failure ?? `exit status ${status}`);
  return last === '' ? how : `${how}, its last words were: ${last.slice(0, 400)}`;
}

function place(file: string, line: number, text: string): Span {
  const column = text.length - text.trimStart().length + 1;
  return { file, line, column, endColumn: text.length + 1, text };
}
