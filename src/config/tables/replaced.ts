import { type Call, type Declaration, everywhere } from '../declaration.js';
import { modernAccess, oldAccessIn, opensToAll } from '../old-access.js';
import { passOver, titleOf } from '../pass-over.js';

const family = 'replaced';

/** The access control of Apache 2.2: refused, with the lines that replace it. */
export function replacedDirectives(): Declaration[] {
  return [
    replaced('directive', 'Order', 'allow,deny|deny,allow', togetherHint),
    replaced('directive', 'Allow', 'from all|network|host|env=variable …', togetherHint),
    replaced('directive', 'Deny', 'from all|network|host|env=variable …', togetherHint),
    replaced('directive', 'Satisfy', 'All|Any', (call) =>
      words(call)[0]?.toLowerCase() === 'any'
        ? 'write <RequireAny> around the Require lines'
        : 'write <RequireAll> around the Require lines',
    ),
    replaced('section', 'Limit', 'method …', (call) =>
      write([
        '<RequireAll>',
        '  Require all granted',
        `  Require not method ${words(call).join(' ')}`,
        '</RequireAll>',
      ]).replace('write', 'to refuse these methods write'),
    ),
    replaced('section', 'LimitExcept', 'method …', (call) =>
      write([`Require method ${words(call).join(' ')}`]).replace(
        'write',
        'to refuse all other methods write',
      ),
    ),
  ];
}

const together = ['Order', 'Allow', 'Deny'];

function replaced(
  kind: Declaration['kind'],
  name: string,
  syntax: string,
  hint: (call: Call) => string,
): Declaration {
  return {
    name,
    kind,
    family,
    syntax,
    contexts: everywhere,
    words: [0, Number.POSITIVE_INFINITY],
    text: '',
    effect: (call) => {
      const names = together.includes(name) ? namesOf(call) : [titleOf(call.node)];
      if (together.includes(name) && !isFirst(call)) return;
      const verb = names.length > 1 ? 'are' : 'is';
      passOver(
        call,
        'replaced-directive',
        `${listed(names)} ${verb} the access control of Apache 2.2 and ${names.length > 1 ? 'have' : 'has'} been replaced by Require`,
        { at: call.at, hint: hint(call) },
      );
    },
  };
}

/** What the lines of one section mean together, which is said at the first of them. */
function togetherHint(call: Call): string {
  const stated = oldAccessIn(call.siblings)!;
  if (opensToAll(stated) && call.siblings.some(({ name }) => /^require$/i.test(name)))
    return `this section has a Require already: take ${listed(namesOf(call))} out`;
  const lines = write(modernAccess(stated));
  return namesOf(call).length > 1 ? lines.replace('write', 'instead of all of them write') : lines;
}

/** Those of the three that the section has. */
function namesOf({ siblings }: Call): string[] {
  return together.filter((name) => siblings.some((node) => isOne(node, name)));
}

function isFirst({ node, siblings }: Call): boolean {
  return siblings.find((other) => together.some((name) => isOne(other, name))) === node;
}

function isOne(node: { readonly kind: string; readonly name: string }, name: string): boolean {
  return node.kind === 'directive' && node.name.toLowerCase() === name.toLowerCase();
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function write(lines: readonly string[]): string {
  return lines.length === 1 ? `write: ${lines[0]}` : ['write:', ...lines].join('\n');
}

function words(call: Call): string[] {
  return call.words.map((word) => word.value);
}
