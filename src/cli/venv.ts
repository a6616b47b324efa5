import { resolve } from 'node:path';
import type { Command } from 'commander';
import { hasErrors } from '../base/diagnostic.js';
import { findUser } from '../plan/accounts.js';
import { identityFor } from '../plan/identity-for.js';
import { describeEnvironments, type Environment, environmentsNear } from '../python/environment.js';
import { inspectTools } from '../python/inspect.js';
import { realMachine } from '../python/machine.js';
import { jsonReport } from './json-report.js';
import { printable, reportDiagnostics } from './report.js';
import { exitStatus, type Terminal } from './terminal.js';

interface VenvOptions {
  readonly user?: string;
  readonly json?: boolean;
  readonly packages?: boolean;
}

/** `venvhost venv`: what virtual environments are, and what is wrong with them. */
export function addVenv(
  program: Command,
  terminal: Terminal,
  done: (status: number) => void,
): void {
  program
    .command('venv')
    .summary('look into virtual environments')
    .description(
      'Looks into virtual environments, or any Python: what they are, what is wrong, and the line to paste.\nA path inside of one, such as bin/python or site-packages, leads to its root. Without DIR: the active one\nand those near the current folder.\nExit status: 0 fine or warnings only, 1 errors, 2 wrong usage.',
    )
    .argument('[dir...]', 'folders to look into')
    .option('--user <name>', 'look as this user, whom the application will run as; needs root')
    .option('--packages', 'list what is installed, with versions')
    .option('--json', 'print everything as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  venvhost venv ~/venvs/blog\n  venvhost venv /srv/venvs/* --user www-data',
    )
    .action(async (dirs: string[], options: VenvOptions) => {
      done(await showEnvironments(dirs, options, terminal));
    });
}

async function showEnvironments(
  dirs: readonly string[],
  options: VenvOptions,
  terminal: Terminal,
): Promise<number> {
  const machine = realMachine();
  const { identity, setpriv, accounts, diagnostics } = await identityFor(options.user, machine);
  const colors = terminal.colors;
  if (hasErrors(diagnostics)) {
    terminal.error(reportDiagnostics(diagnostics, { shortNotes: false, colors }));
    return exitStatus.errors;
  }
  const tools = inspectTools(
    machine,
    setpriv,
    (uid) => findUser(accounts, `#${uid}`)?.name ?? `#${uid}`,
  );
  const { VIRTUAL_ENV, CONDA_PREFIX } = machine.environment;
  const paths =
    dirs.length > 0
      ? dirs.map((dir) => resolve(dir))
      : environmentsNear(process.cwd(), [VIRTUAL_ENV, CONDA_PREFIX], machine);
  const found = await describeEnvironments(paths, tools, identity ? { who: identity } : {});
  if (options.json) terminal.out(`${JSON.stringify(asJson(found, options), null, 2)}\n`);
  else if (found.length === 0)
    terminal.error(
      `no virtual environment is active or near ${process.cwd()}\n  hint: make one: python3 -m venv venv\n`,
    );
  else
    for (const [index, environment] of found.entries()) {
      const text = asText(environment, options, identity?.user);
      terminal.out(`${index > 0 ? '\n' : ''}${printable(text)}`);
      terminal.error(reportDiagnostics(environment.findings, { shortNotes: false, colors }));
    }
  return found.some(({ findings }) => hasErrors(findings)) ? exitStatus.errors : exitStatus.fine;
}

function asText(
  environment: Environment,
  { packages }: VenvOptions,
  user: string | undefined,
): string {
  const { root, python, distributions, line } = environment;
  const { cfg, version, executable, kind, architecture, sharedLibrary, basePrefix } = python;
  const made = cfg?.home ?? (kind === 'virtualenv' ? basePrefix : undefined);
  const rows: [string, string | undefined][] = [
    ['kind', kind],
    ['Python', version ?? (cfg?.version && `${cfg.version}, says its pyvenv.cfg`)],
    ['interpreter', executable],
    ['made from', made],
    ['asked as', user],
    ['system packages', cfg && (cfg.systemSitePackages ? 'seen' : 'not seen')],
    [
      'shared library',
      version === undefined ? undefined : (sharedLibrary ?? 'none: daemon mode only'),
    ],
    ['architecture', architecture],
    ['packages', version === undefined ? undefined : String(distributions.length)],
    ['line to write', line],
  ];
  const known = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const list = packages ? distributions.map(({ name, version: of }) => `    ${name} ${of}`) : [];
  return [root, ...known.map(([name, value]) => `  ${name.padEnd(17)}${value}`), ...list, ''].join(
    '\n',
  );
}

/** Every key is always there; keys are only ever added. */
function asJson(found: readonly Environment[], { packages }: VenvOptions) {
  return {
    ok: !found.some(({ findings }) => hasErrors(findings)),
    environments: found.map(({ given, root, python, distributions, findings, line }) => ({
      given,
      root,
      kind: python.kind ?? null,
      version: python.version ?? null,
      executable: python.executable,
      prefix: python.prefix ?? null,
      basePrefix: python.basePrefix ?? null,
      home: python.cfg?.home ?? null,
      includeSystemSitePackages: python.cfg?.systemSitePackages ?? null,
      sharedLibrary: python.sharedLibrary ?? null,
      architecture: python.architecture ?? null,
      extensionSuffix: python.extensionSuffix ?? null,
      packageCount: distributions.length,
      packages: packages ? distributions.map(({ name, version }) => ({ name, version })) : null,
      line: line ?? null,
      findings: jsonReport(findings).diagnostics.map(({ code, severity, message, hint }) => ({
        code,
        severity,
        message,
        hint,
      })),
    })),
  };
}
