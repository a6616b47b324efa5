import { type Diagnostic, diagnostic } from '../../base/diagnostic.js';
import { hasWildcards } from '../../base/glob.js';
import type { Stated } from '../../base/span.js';
import type { Section, SectionKind } from '../config.js';
import {
  attempt,
  type Call,
  type Declaration,
  directories,
  hosts,
  invalid,
  Refusal,
  serverOnly,
} from '../declaration.js';
import { emptyHost } from '../host.js';
import { joined } from '../requirements.js';
import { absolutePath, regex } from '../values.js';
import { hostAddress } from './hosts.js';

const family = 'sections';

const facts = {
  Directory: {
    kind: 'directory',
    what: 'folder',
    whole: 'the whole path of the file; a folder has a slash at its end where the URL has one',
    text: 'Settings for files below a folder, by their path in the file system; shell wildcards allowed, where `*` and `?` do not stand for `/`. Shorter paths count before longer ones.',
  },
  Location: {
    kind: 'location',
    what: 'URL-path',
    whole: 'the path of the URL',
    text: 'Settings for URLs below a path: `/a` holds for `/a` and `/a/b`, `/a/` only for what is below. A path with shell wildcards must match the whole URL, and `*` and `?` do not stand for `/`. Counts after all `<Directory>` and `<Files>`.',
  },
  Files: {
    kind: 'files',
    what: 'file-name',
    whole: 'the name of the file',
    text: 'Settings for files of a name, in any folder, or in the one of the `<Directory>` around it; shell wildcards allowed.',
  },
} as const satisfies Record<
  string,
  { kind: SectionKind; what: string; whole: string; text: string }
>;

type Name = keyof typeof facts;

export const sectionDeclarations: readonly Declaration[] = [
  {
    name: 'VirtualHost',
    kind: 'section',
    family,
    syntax: 'address[:port] …',
    contexts: serverOnly,
    words: [1, Number.POSITIVE_INFINITY],
    missing: '<VirtualHost> needs an address, such as *:80',
    text: 'A virtual host: answers requests that arrive at one of its addresses with its `ServerName` or a `ServerAlias`; the first one of an address also answers those that no name fits. An address is `*` or `_default_` (any), an IPv4 address, or an IPv6 address in brackets; the port may be left out or be `*`. A host on port 443 is for TLS, which is not supported yet, unless it states `SSLEngine Off` or its port has a `Listen 443 http`.',
    effect: virtualHost,
  },
  ...(['Directory', 'Location', 'Files'] as const).flatMap((name) => [
    plainOrRegex(name),
    alwaysRegex(name),
  ]),
];

function virtualHost(call: Call): void {
  const { config } = call.evaluation;
  const addresses = call.words.flatMap((word) => {
    const value = attempt(call, () => hostAddress(word));
    return value ? [{ value, at: word.at }] : [];
  });
  const host = { ...emptyHost(), at: call.at, addresses };
  const hostIndex = config.virtualHosts.push(host) - 1;
  call.evaluation.evaluate(call.children, {
    context: 'virtual host',
    within: call.name,
    host,
    hostIndex,
    settings: host.settings,
    sections: host.sections,
    requirements: [],
  });
}

function plainOrRegex(name: Name): Declaration {
  const { what, text } = facts[name];
  return {
    name,
    kind: 'section',
    family,
    syntax: `${what}|~ regex`,
    contexts: name === 'Files' ? [...hosts, ...directories] : hosts,
    words: [1, 2],
    text,
    effect: (call) => section(call, name, () => eitherPattern(call, name)),
  };
}

function alwaysRegex(name: Name): Declaration {
  return {
    name: `${name}Match`,
    kind: 'section',
    family,
    syntax: 'regex',
    contexts: name === 'Files' ? [...hosts, ...directories] : hosts,
    words: [1, 1],
    text: `As \`<${name}>\`, with a regular expression, which may match anywhere in ${facts[name].whole}. Its named groups give requests variables: \`(?<site>…)\` gives \`MATCH_SITE\`.`,
    effect: (call) =>
      section(call, name, () => ({ kind: 'regex', text: regex(call, call.words[0]!) })),
  };
}

function eitherPattern(call: Call, name: Name): Section['pattern'] {
  const [first, second] = call.words;
  const { what } = facts[name];
  if (first!.value === '~') {
    if (second) return { kind: 'regex', text: regex(call, second) };
    throw new Refusal('argument-count', `<${name} ~> needs a regular expression`);
  }
  if (!second) return { kind: 'plain', text: plainPattern(call, name) };
  throw new Refusal(
    'argument-count',
    `<${name}> takes one ${what}, got ${call.words.length} arguments`,
    {
      at: second.at,
      hint: `put quotes around a ${what} with blanks, or write a section for each`,
    },
  );
}

function plainPattern(call: Call, name: Name): string {
  const word = call.words[0]!;
  if (word.value === '')
    throw invalid(word, `the ${facts[name].what} of <${name}> must not be empty`);
  call.evaluation.diagnostics.push(...neverHolds(word, name));
  if (name !== 'Directory') return word.value;
  if (!word.value.startsWith('/') && !word.value.startsWith('*'))
    throw invalid(
      word,
      '<Directory> must have an absolute path, beginning with "/"',
      `write ${absolutePath(call, word)}`,
    );
  if (hasWildcards(word.value)) return word.value;
  const path = absolutePath(call, word);
  return path === '/' ? path : path.replace(/\/+$/, '');
}

/** What Apache compares literally, and never finds; what is meant to be closed so is open. */
function neverHolds({ value, at }: Stated<string>, name: Name): Diagnostic[] {
  const never = (why: string, write: string) => [
    diagnostic('section-never-holds', `<${name} "${value}"> holds for no request: ${why}`, {
      at,
      hint: `write <${name} "${write}">`,
    }),
  ];
  if (name === 'Files' && value.includes('/'))
    return never('the name of a file has no "/"', value.slice(value.lastIndexOf('/') + 1) || '*');
  if (name !== 'Location') return [];
  if (/^\*+$/.test(value)) return never('"*" does not match "/"', '/');
  if (!/^[/*?[]/.test(value)) return never('the path of a URL begins with "/"', `/${value}`);
  if (value.includes('//') && !hasWildcards(value))
    return never('repeated slashes of a URL count as one', value.replace(/\/{2,}/g, '/'));
  return [];
}

/** Enters the section; one whose pattern is refused is still read, for the mistakes inside. */
function section(call: Call, name: Name, readPattern: () => Section['pattern']): void {
  const { scope } = call;
  const nested = scope.context === 'directory';
  if (nested && scope.within !== 'Directory' && scope.within !== 'DirectoryMatch')
    throw new Refusal(
      'wrong-context',
      `<${call.name}> cannot occur within <${scope.within}> section`,
      {
        hint: `<${call.name}> stands in the server, a virtual host or a <Directory>`,
      },
    );
  const made: Section = {
    at: call.at,
    kind: facts[name].kind,
    pattern: attempt(call, readPattern) ?? { kind: 'plain', text: '' },
    settings: { environment: [] },
    children: [],
  };
  scope.sections.push(made);
  const inner = {
    ...scope,
    context: 'directory' as const,
    within: call.name,
    settings: made.settings,
    sections: made.children,
    requirements: [],
  };
  call.evaluation.evaluate(call.children, inner);
  const requirement = joined('any', inner.requirements);
  if (requirement) made.settings.require = requirement;
}
