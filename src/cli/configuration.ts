import type { Command } from 'commander';
import type { Diagnostic } from '../base/diagnostic.js';
import type { ListenAddress } from '../config/config.js';
import { diskFiles } from '../config/disk.js';
import { readConfig } from '../config/read.js';
import { buildPlan, refusesStart } from '../plan/build.js';
import { collectFacts } from '../plan/collect-facts.js';
import type { Plan } from '../plan/plan.js';
import { realMachine } from '../python/machine.js';
import { collectDefine, collectFile } from './arguments.js';

/** Options of all commands that read configuration files. */
export interface ConfigurationOptions {
  readonly file: string[];
  readonly define: Map<string, string>;
  readonly ignoreUnsupported?: boolean;
}

export function addConfigurationOptions(command: Command): Command {
  return command
    .requiredOption('-f, --file <file>', 'configuration file; may be repeated', collectFile)
    .option(
      '-D, --define <name[=value]>',
      'define NAME, as Define does; may be repeated',
      collectDefine,
      new Map<string, string>(),
    )
    .option('--ignore-unsupported', 'skip directives that are not supported yet, with a warning');
}

export interface Planning {
  readonly plan: Plan;
  readonly diagnostics: readonly Diagnostic[];
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
  const diagnostics = [...read.diagnostics, ...planned.diagnostics];
  return { plan: planned.plan, diagnostics, refused: refusesStart(planned.plan, diagnostics) };
}
