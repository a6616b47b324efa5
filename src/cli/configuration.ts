import type { Command } from 'commander';
import type { Diagnostic } from '../base/diagnostic.js';
import { inReadingOrder } from '../base/order.js';
import type { Config, ListenAddress } from '../config/config.js';
import { diskFiles } from '../config/disk.js';
import { readConfig } from '../config/read.js';
import { buildPlan, refusesStart } from '../plan/build.js';
import { collectFacts } from '../plan/collect-facts.js';
import type { Facts } from '../plan/facts.js';
import type { Plan } from '../plan/plan.js';
import { realMachine } from '../python/machine.js';
import { collectDefine, collectFile } from './arguments.js';

/** Options of all commands that read configuration files. */
export interface ConfigurationOptions {
  readonly file: readonly string[];
  readonly define: Map<string, string>;
  readonly ignoreUnsupported?: boolean;
}

export function addConfigurationOptions(command: Command): Command {
  return command
    .option('-f, --file <file>', 'configuration file; may be repeated (required)', collectFile)
    .option(
      '-D, --define <name[=value]>',
      'define NAME, as Define does; may be repeated',
      collectDefine,
      new Map<string, string>(),
    )
    .option(
      '--ignore-unsupported',
      'skip what is not supported, with a warning; what it may guard stays closed',
    )
    .allowExcessArguments()
    .hook('preAction', (_, called) => checkFiles(called));
}

/** Which files are meant is never guessed; a file without `-f` is the usual slip. */
function checkFiles(command: Command): void {
  const [extra] = command.args;
  const { file } = command.opts<Partial<ConfigurationOptions>>();
  if (extra !== undefined)
    command.error(
      file === undefined
        ? `error: a configuration file is named with -f: venvhost ${command.name()} -f ${extra}`
        : `error: "${extra}" is one argument too many; several files are named as -f ONE -f TWO`,
    );
  if (file === undefined)
    command.error(
      `error: no configuration file; name one: venvhost ${command.name()} -f /path/to/site.conf`,
    );
}

export interface Planning {
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
  readonly facts: Facts;
  readonly config: Config;
  /** Whether the server must not be started. */
  readonly refused: boolean;
}

/** The way that `check`, `plan` and `run` share: read, ask the machine, plan. Starts nothing that stays. */
export async function planConfiguration(
  options: ConfigurationOptions,
  extra: { listen?: readonly ListenAddress[]; gateways?: number } = {},
): Promise<Planning> {
  const read = readConfig(options.file, {
    ...diskFiles,
    environment: process.env,
    defines: options.define,
    ignoreUnsupported: options.ignoreUnsupported ?? false,
  });
  const facts = await collectFacts(read.config, realMachine());
  const planned = buildPlan(read.config, facts, extra);
  // Of a configuration that could not be read there is nothing else to say.
  const unread = read.diagnostics.some(({ code, at }) => code === 'file-unreadable' && !at);
  const diagnostics = inReadingOrder(
    [...read.diagnostics, ...(unread ? [] : planned.diagnostics)],
    options.file,
  );
  const refused = refusesStart(planned.plan, diagnostics);
  return { plan: planned.plan, diagnostics, facts, config: read.config, refused };
}
