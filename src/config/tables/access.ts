import { isIP } from 'node:net';
import { diagnostic } from '../../base/diagnostic.js';
import { didYouMean } from '../../base/nearest.js';
import type { Stated } from '../../base/span.js';
import type { Requirement } from '../config.js';
import {
  type Call,
  type Declaration,
  directories,
  everywhere,
  invalid,
  Refusal,
} from '../declaration.js';
import { joined } from '../requirements.js';

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
    syntax: 'Off',
    default: 'Off',
    contexts: directories,
    words: [1, 1],
    text: 'Whether the requirements of outer sections count as well. Only `Off` is supported: they are replaced.',
    effect: ({ words: [word] }) => {
      const value = word!.value.toLowerCase();
      if (value === 'and' || value === 'or')
        throw new Refusal(
          'unsupported-directive',
          `AuthMerging ${word!.value} is not supported yet`,
          { at: word!.at },
        );
      if (value !== 'off') throw invalid(word!, 'AuthMerging must be one of: Off | And | Or');
    },
  },
  ...replacedDirectives(),
];

function require(call: Call): void {
  const [first, ...rest] = call.words;
  const negated = first!.value.toLowerCase() === 'not';
  if (negated && rest.length === 0)
    throw new Refusal('argument-count', 'Require not needs what must not hold');
  const plain = negated
    ? requirement(call, rest[0]!, rest.slice(1))
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
      return { kind, names: some(name, args, 'a variable').map((word) => word.value) };
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
 * A requirement that cannot be checked. Where unsupported things are passed over it counts as denied:
 * left out, it would open what it protects.
 */
function unsupportedRequirement(call: Call, name: Stated<string>): Requirement {
  const recognised =
    known.includes(name.value.toLowerCase()) || /^(ldap|dbm|dbd|ssl|shib)-?/i.test(name.value);
  if (!recognised) {
    const hint = didYouMean(name.value, [...supported, 'not']);
    throw new Refusal('invalid-value', `unknown Require provider "${name.value}"`, {
      at: name.at,
      hint: hint ?? `supported are: ${supported.join(', ')}`,
    });
  }
  const message = `Require ${name.value} is not supported yet`;
  if (!call.evaluation.ignoreUnsupported)
    throw new Refusal('unsupported-directive', message, { at: name.at });
  call.evaluation.diagnostics.push({
    ...diagnostic('unsupported-directive', `${message}, it counts as "Require all denied"`, {
      at: name.at,
    }),
    severity: 'warning',
  });
  return { kind: 'denied' };
}

/** An address, CIDR, address and netmask, or the first numbers of an IPv4 address. */
function isNetwork(text: string): boolean {
  const [address, mask, ...more] = text.split('/');
  if (more.length > 0 || !address) return false;
  const version = isIP(address);
  if (mask !== undefined) {
    if (version === 4 && isIP(mask) === 4) return true;
    return version !== 0 && /^\d+$/.test(mask) && Number(mask) <= (version === 4 ? 32 : 128);
  }
  return (
    version !== 0 ||
    (/^(\d{1,3}\.){0,2}\d{1,3}\.?$/.test(address) &&
      address.split('.').every((part) => Number(part) <= 255))
  );
}

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
      const inner = { ...call.scope, within: name, requirements: [] as Stated<Requirement>[] };
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

function replacedDirectives(): Declaration[] {
  return [
    replaced('Order', 'allow,deny|deny,allow', (words) =>
      /^allow,deny|mutual-failure$/i.test(words.join(''))
        ? 'together with "Allow from all" write: Require all granted\nalone write: Require all denied'
        : 'together with "Deny from all" write: Require all denied\nalone write: Require all granted',
    ),
    replaced(
      'Allow',
      'from all|network|host|env=variable …',
      (words) => `write: ${modern(words, 'granted')}`,
    ),
    replaced('Deny', 'from all|network|host|env=variable …', (words) =>
      words[1]?.toLowerCase() === 'all'
        ? 'write: Require all denied'
        : `write:\n<RequireAll>\n  Require all granted\n  ${modern(words, 'denied').replace(/^Require /, 'Require not ')}\n</RequireAll>`,
    ),
    replaced('Satisfy', 'All|Any', (words) =>
      words[0]?.toLowerCase() === 'any'
        ? 'write <RequireAny> around the Require lines'
        : 'write <RequireAll> around the Require lines',
    ),
    ...(['Limit', 'LimitExcept'] as const).map(
      (name): Declaration => ({
        ...replaced(name, 'method …', (words) =>
          name === 'Limit'
            ? `for methods that are refused write: <RequireAll>, Require all granted, <RequireNone> with Require method ${words.join(' ')}`
            : `for all others refused write: Require method ${words.join(' ')}`,
        ),
        kind: 'section',
      }),
    ),
  ];
}

function modern(words: readonly string[], all: 'granted' | 'denied'): string {
  const [, ...who] = words;
  if (who.length === 0 || who[0]!.toLowerCase() === 'all') return `Require all ${all}`;
  if (who[0]!.toLowerCase().startsWith('env='))
    return `Require env ${who.map((word) => word.replace(/^env=/i, '')).join(' ')}`;
  return `Require ${isNetwork(who[0]!) ? 'ip' : 'host'} ${who.join(' ')}`;
}

function replaced(
  name: string,
  syntax: string,
  replacement: (words: readonly string[]) => string,
): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax,
    contexts: everywhere,
    words: [0, Number.POSITIVE_INFINITY],
    text: 'An outdated form, refused: the message shows the `Require` lines that replace it.',
    effect: (call) => {
      const title = call.children.length > 0 || name.startsWith('Limit') ? `<${name}>` : name;
      throw new Refusal(
        'replaced-directive',
        `${title} is the access control of Apache 2.2 and has been replaced by Require`,
        {
          hint: replacement(call.words.map((word) => word.value)),
        },
      );
    },
  };
}
