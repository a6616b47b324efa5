import type { Diagnostic } from '../base/diagnostic.js';
import type { ProcessGroup } from '../config/config.js';
import type { EmbeddedPlan } from './plan.js';
import { type GroupParts, planGroup } from './process-groups.js';
import { statedHome, usesEmbedded } from './python-requests.js';

export interface PlannedEmbedded {
  readonly plan: EmbeddedPlan;
  readonly diagnostics: readonly Diagnostic[];
}

/** Embedded mode with WSGIPythonHome and WSGIPythonPath; undefined where nothing can run in it, or may. */
export function planEmbedded(parts: GroupParts, gateways: number): PlannedEmbedded | undefined {
  const { config, facts, uses } = parts;
  if (!usesEmbedded(config, uses)) return undefined;
  const group = embeddedGroup(parts);
  const { plan, diagnostics } = planGroup(group, parts);
  const at = statedHome(config, '')?.stated.at ?? group.at;
  const findings = (facts.library?.findings ?? []).map((found) => ({ at, ...found }));
  const [broken = plan.broken] = findings;
  const { directory: _, ...rest } = plan;
  return {
    plan: {
      ...rest,
      processes: gateways,
      multiprocess: gateways > 1,
      // The gateway makes them where Python cannot.
      isolation: 'interpreters',
      ...(facts.library?.path !== undefined && { library: facts.library.path }),
      ...(broken && { broken }),
    },
    diagnostics: [...diagnostics, ...findings],
  };
}

function embeddedGroup({ config, uses }: GroupParts): ProcessGroup {
  const { pythonPath } = config.global;
  const at = uses.find(({ name }) => name === '')?.at;
  return {
    at: at ?? { file: '', line: 1, column: 1, endColumn: 1, text: '' },
    name: '',
    options: { ...(pythonPath && { pythonPath }) },
  };
}
