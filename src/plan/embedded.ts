import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import type { ProcessGroup } from '../config/config.js';
import { minorVersion } from '../python/versions.js';
import { groupChoices } from './group-choices.js';
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
  const findings = [
    ...(facts.library?.findings ?? []).map((found) => ({ at, ...found })),
    ...(plan.isolation === 'interpreters' ? [] : mainInterpreterOnly(parts, plan.python.version)),
  ];
  const [broken = plan.broken] = findings;
  const { directory: _, ...rest } = plan;
  return {
    plan: {
      ...rest,
      processes: gateways,
      multiprocess: gateways > 1,
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

/** Before 3.8 no Python code can make sub-interpreters; in a daemon group each gets a process instead. */
function mainInterpreterOnly({ uses }: GroupParts, version = ''): Diagnostic[] {
  return uses.flatMap(({ name, host, mount, at }) => {
    if (name !== '' || !mount) return [];
    const all = groupChoices(host.plan, mount.plan, 'applicationGroup');
    if (all.every((choice) => choice.name.kind === 'literal' && choice.name.name === '')) return [];
    return [
      diagnostic(
        'embedded-main-interpreter-only',
        `embedded mode of Python ${minorVersion(version)} has the main interpreter alone, and this application asks for another`,
        {
          ...(at && { at }),
          hint: 'write WSGIApplicationGroup %{GLOBAL}, or use a daemon process group: there each application group gets a process',
        },
      ),
    ];
  });
}
