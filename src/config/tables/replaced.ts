import { type Call, type Declaration, everywhere, Refusal } from '../declaration.js';
import { modernAccess, type OldAccess, requireLines } from '../old-access.js';
import { splitWords } from '../words.js';

const family = 'replaced';

/** The access control of Apache 2.2: refused, with the lines that replace it. */
export function replacedDirectives(): Declaration[] {
  return [
    replaced('directive', 'Order', 'allow,deny|deny,allow', (call) => {
      const lines = modernAccess(accessAround(call));
      return besideRequire(call, lines) ?? write(lines);
    }),
    replaced(
      'directive',
      'Allow',
      'from all|network|host|env=variable …',
      (call) => besideOrder(call) ?? write(requireLines(afterFrom(words(call)))),
    ),
    replaced(
      'directive',
      'Deny',
      'from all|network|host|env=variable …',
      (call) =>
        besideOrder(call) ??
        write(modernAccess({ order: 'deny,allow', allow: [], deny: afterFrom(words(call)) })),
    ),
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
      throw new Refusal(
        'replaced-directive',
        `${kind === 'section' ? `<${name}>` : name} is the access control of Apache 2.2 and has been replaced by Require`,
        { hint: hint(call) },
      );
    },
  };
}

function write(lines: readonly string[]): string {
  return lines.length === 1 ? `write: ${lines[0]}` : ['write:', ...lines].join('\n');
}

function words(call: Call): string[] {
  return call.words.map((word) => word.value);
}

/** Files for Apache 2.2 and 2.4 at once say it twice; old lines that let everybody in can go. */
function besideRequire(call: Call, lines: readonly string[]): string | undefined {
  if (lines.join() !== 'Require all granted' || listsOf(call, 'require').length === 0)
    return undefined;
  const names = ['Order', 'Allow', 'Deny'].filter(
    (name) => listsOf(call, name.toLowerCase()).length > 0,
  );
  return `this section has a Require already: take ${names.join(' and ')} out`;
}

/** Allow and Deny mean nothing by themselves where the section has an Order. */
function besideOrder(call: Call): string | undefined {
  const order = listsOf(call, 'order').length > 0;
  return order ? 'take this line out too: the hint at Order replaces both' : undefined;
}

function accessAround(call: Call): OldAccess {
  return {
    order: /^deny,?allow$/i.test(words(call).join('')) ? 'deny,allow' : 'allow,deny',
    allow: listsOf(call, 'allow').flatMap(afterFrom),
    deny: listsOf(call, 'deny').flatMap(afterFrom),
  };
}

/** The words of every directive of this name in the same section. */
function listsOf(call: Call, name: string): string[][] {
  return call.siblings
    .filter((node) => node.kind === 'directive' && node.name.toLowerCase() === name)
    .map((node) => splitWords(node.arguments).words.map((word) => word.value));
}

function afterFrom(list: readonly string[]): string[] {
  return list.slice(list[0]?.toLowerCase() === 'from' ? 1 : 0);
}
