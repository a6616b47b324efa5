import type { Stated } from '../../base/span.js';
import type { EnvironmentRule } from '../config.js';
import { type Call, type Declaration, everywhere, invalid } from '../declaration.js';
import { passOver } from '../pass-over.js';
import { regex } from '../values.js';

const family = 'environment';

export const environmentDirectives: readonly Declaration[] = [
  {
    name: 'SetEnv',
    kind: 'directive',
    family,
    syntax: 'name [value]',
    contexts: everywhere,
    words: [1, 2],
    text: 'A variable of the WSGI environ of requests (not of `os.environ`); empty without a value.',
    effect: (call) => {
      const [name, value] = call.words;
      if (name!.value.includes('='))
        throw invalid(
          name!,
          'SetEnv: a name has no "="',
          `write SetEnv ${name!.value.replace('=', ' ')}`,
        );
      add(call, { kind: 'set', name: name!.value, value: value?.value ?? '' });
    },
  },
  list(
    'PassEnv',
    'pass',
    'Puts variables of the environment that the server was started in into the WSGI environ.',
  ),
  list('UnsetEnv', 'unset', 'Takes variables out that earlier directives set.'),
  setIf(
    'SetEnvIf',
    false,
    'Sets variables where a request header (or `Remote_Addr`, `Remote_Host`, `Server_Addr`, `Request_Method`, `Request_Protocol`, `Request_URI`, or a variable set before) matches a regular expression. An attribute with other characters than letters, digits, `-` and `_` is itself a regular expression: the last header with such a name counts. Outside of sections `Request_URI` is the path as it was sent. `name` alone is set to 1, `!name` is removed, `$0` to `$9` in a value stand for groups, unless the regular expression is plain text.',
  ),
  setIf('SetEnvIfNoCase', true, 'As `SetEnvIf`, upper and lower case count as the same.'),
  browserMatch('BrowserMatch', false, 'As `SetEnvIf User-Agent`.'),
  browserMatch('BrowserMatchNoCase', true, 'As `SetEnvIfNoCase User-Agent`.'),
];

function list(name: string, kind: 'pass' | 'unset', text: string): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: 'name …',
    contexts: everywhere,
    words: [1, Number.POSITIVE_INFINITY],
    text,
    effect: (call) => {
      for (const word of call.words)
        call.scope.settings.environment.push({ value: { kind, name: word.value }, at: word.at });
    },
  };
}

function setIf(name: string, ignoreCase: boolean, text: string): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: 'attribute regex [!]name[=value] …',
    contexts: everywhere,
    words: [3, Number.POSITIVE_INFINITY],
    text,
    effect: (call) => {
      const [attribute, ...rest] = call.words;
      if (/^OID\(/i.test(attribute!.value))
        passOver(
          call,
          'unsupported-directive',
          `${name} with OID() is not supported yet`,
          { at: attribute!.at },
          [{ kind: 'variables' }],
        );
      else {
        if (/[^A-Za-z0-9_-]/.test(attribute!.value)) regex(call, attribute!, ignoreCase);
        addSetIf(call, attribute!.value, ignoreCase, rest);
      }
    },
  };
}

function browserMatch(name: string, ignoreCase: boolean, text: string): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: 'regex [!]name[=value] …',
    contexts: everywhere,
    words: [2, Number.POSITIVE_INFINITY],
    text,
    effect: (call) => addSetIf(call, 'User-Agent', ignoreCase, call.words),
  };
}

function addSetIf(
  call: Call,
  attribute: string,
  ignoreCase: boolean,
  [source, ...variables]: readonly Stated<string>[],
): void {
  const assignments = variables.map((word) => {
    const [, removed, name, value] = /^(!?)([^=]*)(?:=(.*))?$/s.exec(word.value)!;
    if (!name || (removed && value !== undefined))
      throw invalid(word, `${call.name} must set variables as name, name=value or !name`);
    return { name, value: removed ? undefined : (value ?? '1') };
  });
  add(call, {
    kind: 'set-if',
    attribute,
    regex: regex(call, source!, ignoreCase),
    ignoreCase,
    ...(call.scope.context !== 'directory' && { early: true as const }),
    assignments,
  });
}

function add(call: Call, value: EnvironmentRule): void {
  call.scope.settings.environment.push({ value, at: call.at });
}
