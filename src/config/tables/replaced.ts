import { type Declaration, everywhere, Refusal } from '../declaration.js';
import { isNetwork } from '../network.js';

const family = 'replaced';

/** The access control of Apache 2.2: refused, with the lines that replace it. */
export function replacedDirectives(): Declaration[] {
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
    text: '',
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
