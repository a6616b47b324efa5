import { diagnostic } from '../base/diagnostic.js';
import { didYouMean } from '../base/nearest.js';
import type { Stated } from '../base/span.js';
import type { Requirement } from './config.js';
import { type Call, invalid, Refusal, type Scope, shortened } from './declaration.js';
import { isNetwork } from './network.js';

/** The effect of a Require line. */
export function require(call: Call): void {
  const [first, ...rest] = call.words;
  const negated = first!.value.toLowerCase() === 'not';
  if (negated && rest.length === 0)
    throw new Refusal('argument-count', 'Require not needs what must not hold');
  const plain = negated
    ? requirement({ ...call, scope: opposite(call.scope) }, rest[0]!, rest.slice(1))
    : requirement(call, first!, rest);
  if (negated && call.scope.within !== 'RequireAll')
    throw new Refusal(
      'invalid-value',
      `negative Require directive has no effect in <${blocks.has(call.scope.within ?? '') ? call.scope.within : 'RequireAny'}> directive`,
      {
        hint: 'write it into <RequireAll> together with what is allowed:\n<RequireAll>\n  Require all granted\n  Require not …\n</RequireAll>',
      },
    );
  call.scope.requirements.push({
    value: negated ? { kind: 'not', of: plain } : plain,
    at: call.at,
  });
}

const blocks: ReadonlySet<string> = new Set(['RequireAll', 'RequireAny', 'RequireNone']);

const supported = ['all', 'ip', 'host', 'local', 'method', 'env'];
const known = [
  'user',
  'valid-user',
  'group',
  'expr',
  'forward-dns',
  'wsgi-group',
  'file-owner',
  'file-group',
  'valid-group',
  'shibboleth',
  'shib-session',
  'claim',
];

function requirement(
  call: Call,
  name: Stated<string>,
  args: readonly Stated<string>[],
): Requirement {
  const kind = name.value.toLowerCase();
  switch (kind) {
    case 'all':
      return allRequirement(name, args);
    case 'local':
      if (args[0]) throw invalid(args[0], 'Require local takes no argument');
      return { kind };
    case 'ip':
      for (const word of some(name, args, 'a network'))
        if (!isNetwork(word.value))
          throw invalid(
            word,
            'Require ip must have IP addresses or networks',
            'an address, 10.0.0.0/8, 10.0.0.0/255.0.0.0, or the beginning of an address such as 10.1',
          );
      return { kind, networks: args.map((word) => word.value) };
    case 'host':
      return { kind, names: some(name, args, 'a host name').map((word) => word.value) };
    case 'method':
      return { kind, methods: some(name, args, 'a method').map((word) => word.value) };
    case 'env':
      for (const word of some(name, args, 'a variable'))
        if (word.value.startsWith('!'))
          throw invalid(
            word,
            'Require env must have names of variables, without "!"',
            'write "Require not env NAME" into a <RequireAll>',
          );
      return { kind, names: args.map((word) => word.value) };
    default:
      return unsupportedRequirement(call, name);
  }
}

function allRequirement(name: Stated<string>, args: readonly Stated<string>[]): Requirement {
  const value = args[0]?.value.toLowerCase();
  if (args.length === 1 && (value === 'granted' || value === 'denied')) return { kind: value };
  throw new Refusal(
    'invalid-value',
    `Require all must be followed by granted or denied${args.length > 0 ? `, got "${args.map((word) => word.value).join(' ')}"` : ''}`,
    {
      at: args[0]?.at ?? name.at,
    },
  );
}

function some(
  name: Stated<string>,
  args: readonly Stated<string>[],
  what: string,
): readonly Stated<string>[] {
  if (args.length > 0) return args;
  throw new Refusal('argument-count', `Require ${name.value} needs ${what}`);
}

/**
 * A requirement that cannot be checked. Where unsupported things are passed over it counts as not met,
 * and below `not` and RequireNone as met: in either case nothing is opened that it protects.
 */
function unsupportedRequirement(call: Call, name: Stated<string>): Requirement {
  const word = shortened(name.value);
  const recognised =
    known.includes(name.value.toLowerCase()) || /^(ldap|dbm|dbd|ssl|shib)-?/i.test(name.value);
  const slip = /^(grant|granted|allow|allowed|any|yes|\*)$/i.test(name.value)
    ? 'to let everybody in write: Require all granted'
    : didYouMean(name.value, [...supported, 'not']);
  const ignored = call.evaluation.ignoreUnsupported;
  // A provider that nobody knows may be of some module; one that looks like a slip is one.
  if (!recognised && (slip !== undefined || !ignored))
    throw new Refusal('invalid-value', `unknown Require provider "${word}"`, {
      at: name.at,
      hint: slip ?? `supported are: ${supported.join(', ')}`,
    });
  const message = recognised
    ? `Require ${word} is not supported yet`
    : `unknown Require provider "${word}"`;
  if (!ignored) throw new Refusal('unsupported-directive', message, { at: name.at });
  call.evaluation.diagnostics.push({
    ...diagnostic('unsupported-directive', `${message}, it lets nobody in`, {
      at: name.at,
    }),
    severity: 'warning',
  });
  return { kind: call.scope.negative ? 'granted' : 'denied' };
}

/** The scope of what must not hold. */
export function opposite(scope: Scope): Scope {
  return { ...scope, negative: !scope.negative };
}
