import { memoryFiles } from '../../../src/config/memory.js';
import { readConfig } from '../../../src/config/read.js';
import { buildPlan, type Planned, type PlanOptions } from '../../../src/plan/build.js';
import { collectFacts } from '../../../src/plan/collect-facts.js';
import type { HostPlan, ProcessGroupPlan } from '../../../src/plan/plan.js';
import { describedMachine } from '../../support/described-machine.js';

/** The plan of a configuration text on a described machine. */
export async function planOf(
  text: string,
  { machine = '', ...options }: PlanOptions & { readonly machine?: string } = {},
): Promise<Planned & { host: HostPlan; group: ProcessGroupPlan; codes: string[] }> {
  const { config, diagnostics } = readConfig(['/etc/app.conf'], {
    ...memoryFiles(new Map([['/etc/app.conf', text]])),
    environment: {},
    defines: new Map(),
    ignoreUnsupported: false,
  });
  if (diagnostics.some(({ severity }) => severity === 'error'))
    throw new Error(JSON.stringify(diagnostics));
  const planned = buildPlan(config, await collectFacts(config, describedMachine(machine)), options);
  return {
    ...planned,
    host: planned.plan.hosts.at(-1)!,
    group: planned.plan.processGroups[0]!,
    codes: planned.diagnostics.map(({ code }) => code),
  };
}
