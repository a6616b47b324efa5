import type { Stated } from '../../base/span.js';
import type { Requirement } from '../config.js';
import { type Declaration, directories, invalid, Refusal } from '../declaration.js';
import { opposite, require } from '../require.js';
import { joined } from '../requirements.js';
import { stated } from '../values.js';
import { replacedDirectives } from './replaced.js';

const family = 'access';

export const accessDirectives: readonly Declaration[] = [
  {
    name: 'Require',
    kind: 'directive',
    family,
    syntax:
      '[not] all granted|denied, ip network …, host name …, local, method name …, env variable …',
    default: 'all denied',
    contexts: directories,
    words: [1, Number.POSITIVE_INFINITY],
    text: 'Who may send requests. Of several lines in one section one must hold, as in `<RequireAny>`; a section with its own lines replaces those of the sections before it. A network is an address, CIDR (`10.0.0.0/8`), a netmask (`10.0.0.0/255.0.0.0`) or the beginning of an address (`10.1`).',
    effect: require,
  },
  block(
    'RequireAll',
    'all',
    'Holds where everything in it holds; at least one of it must be without `not`.',
  ),
  block(
    'RequireAny',
    'any',
    'Holds where one of its lines holds. `not` is no use here, as Apache says too.',
  ),
  block('RequireNone', 'none', 'Holds where nothing in it holds; useful within `<RequireAll>`.'),
  {
    name: 'AuthMerging',
    kind: 'directive',
    family,
    syntax: 'Off|And|Or',
    default: 'Off',
    contexts: directories,
    words: [1, 1],
    text: 'What the Require lines of this section do with those of the sections before it: replace them, or both must hold (`And`), or one of both (`Or`).',
    effect: ({ scope, words: [word] }) => {
      const value = word!.value.toLowerCase();
      if (value === 'off') delete scope.settings.accessMerging;
      else if (value === 'and' || value === 'or')
        scope.settings.accessMerging = stated(word!, value);
      else throw invalid(word!, 'AuthMerging must be one of: Off | And | Or');
    },
  },
  ...replacedDirectives(),
];

function block(name: string, kind: 'all' | 'any' | 'none', text: string): Declaration {
  return {
    name,
    kind: 'section',
    family,
    syntax: '',
    contexts: directories,
    words: [0, 0],
    text,
    effect: (call) => {
      const outer = kind === 'none' ? opposite(call.scope) : call.scope;
      const inner = { ...outer, within: name, requirements: [] as Stated<Requirement>[] };
      const before = call.evaluation.diagnostics.length;
      call.evaluation.evaluate(call.children, inner);
      const found = joined(kind, inner.requirements);
      if (!found) {
        if (call.evaluation.diagnostics.slice(before).some((entry) => entry.severity === 'error'))
          return;
        throw new Refusal(
          'invalid-value',
          `<${name}> directive contains no authorization directives`,
          {
            hint: 'write Require lines into it, or remove it',
          },
        );
      }
      if (kind === 'all' && inner.requirements.every((entry) => entry.value.kind === 'not'))
        throw new Refusal(
          'invalid-value',
          '<RequireAll> directive contains only negative authorization directives',
          {
            hint: 'add what is allowed: Require all granted',
          },
        );
      call.scope.requirements.push({ value: found.value, at: call.at });
    },
  };
}
