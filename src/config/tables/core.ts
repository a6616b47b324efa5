import type { Stated } from '../../base/span.js';
import { type Declaration, everywhere, hosts, invalid, serverOnly } from '../declaration.js';
import { flag, integer, path, stated } from '../values.js';
import { once } from '../without-effect.js';

const family = 'core';

export const coreDirectives: readonly Declaration[] = [
  {
    name: 'ServerRoot',
    kind: 'directive',
    family,
    syntax: 'folder',
    default: 'the folder of the first configuration file',
    contexts: serverOnly,
    words: [1, 1],
    text: 'Where relative paths start: those of `Include`, `ErrorLog`, `CustomLog`, `PidFile`, `DocumentRoot`, `WSGISocketPrefix`, and the targets of aliases. An `Include` starts at the ServerRoot that was stated before it, all other paths at the last one.',
    effect: ({ evaluation, words: [word] }) => {
      if (!word!.value.startsWith('/'))
        throw invalid(word!, 'ServerRoot must be an absolute path, beginning with "/"');
      evaluation.config.global.serverRoot = stated(word!, word!.value);
    },
  },
  identity(
    'User',
    'The user that the daemons run as whose process group states no `user=`, and the gateways, unless `GatewayUser` gives them another. A name, or `#` and a number. Only root can switch users; nothing ever runs as root.',
  ),
  identity('Group', 'The group that goes with `User`: a name, or `#` and a number.'),
  {
    name: 'GatewayUser',
    kind: 'directive',
    family,
    syntax: 'name|#number [group|#number]',
    default:
      'the user `venvhost` where the machine has one and nothing runs in embedded mode, else `User`',
    contexts: serverOnly,
    words: [1, 2],
    text: 'A directive of venvhost, which Apache does not know: the user that the gateways run as, best one that nothing else runs as. Gateways speak HTTP and reach every process group; an application of the same user can send them signals, and one in embedded mode runs inside of them. Gateways are in the group of `User` as well, so that they can read what it may read.',
    effect: ({ evaluation, words: [user, group] }) => {
      checkAccount(user!, 'GatewayUser');
      evaluation.config.global.gatewayUser = user!;
      if (!group) return;
      checkAccount(group, 'The group of GatewayUser');
      evaluation.config.global.gatewayGroup = group;
    },
  },
  {
    name: 'PidFile',
    kind: 'directive',
    family,
    syntax: 'file',
    contexts: serverOnly,
    words: [1, 1],
    text: 'A file that holds the process id of the supervisor while the server runs. Without it no file is written. Where the process that it names is running the server does not start. No link of another user is followed.',
    effect: (call) => {
      call.evaluation.config.global.pidFile = path(call, call.words[0]!);
    },
  },
  {
    name: 'Timeout',
    kind: 'directive',
    family,
    syntax: 'seconds',
    default: '60',
    contexts: hosts,
    words: [1, 1],
    text: 'How long a connection may make no progress, reading or writing.',
    effect: ({ scope, words: [word] }) => {
      scope.host.timeout = integer(word!, { what: 'Timeout', min: 1, max: 86_400 });
    },
  },
  {
    name: 'KeepAlive',
    kind: 'directive',
    family,
    syntax: 'On|Off',
    default: 'On',
    contexts: hosts,
    words: [1, 1],
    text: 'Whether a connection stays open for further requests.',
    effect: ({ scope, words: [word] }) => {
      scope.host.keepAlive = flag(word!, 'KeepAlive');
    },
  },
  {
    name: 'KeepAliveTimeout',
    kind: 'directive',
    family,
    syntax: 'number[ms|s|min|h]',
    default: '5',
    contexts: hosts,
    words: [1, 1],
    text: 'How long an idle connection waits for the next request; seconds if no unit is given.',
    effect: ({ scope, words: [word] }) => {
      const found = /^(\d+)(ms|s|min|mi|h)?$/i.exec(word!.value);
      if (!found)
        throw invalid(
          word!,
          'KeepAliveTimeout must be a number of seconds, or one with ms, s, min or h',
        );
      const unit = (found[2] ?? 's').toLowerCase();
      const seconds = { ms: 0.001, s: 1, min: 60, mi: 60, h: 3600 }[unit]!;
      scope.host.keepAliveTimeout = stated(word!, Number(found[1]) * seconds);
    },
  },
  limit(
    'MaxKeepAliveRequests',
    '100',
    'How many requests one connection may carry; 0 is no limit.',
    'maxKeepAliveRequests',
  ),
  limit('LimitRequestLine', '8190', 'Longest request line, in bytes.', 'limitRequestLine'),
  limit(
    'LimitRequestFields',
    '100',
    'Most header fields of a request; 0 is no limit.',
    'limitRequestFields',
  ),
  limit(
    'LimitRequestFieldSize',
    '8190',
    'Longest header field of a request, in bytes.',
    'limitRequestFieldSize',
  ),
  {
    name: 'LimitRequestBody',
    kind: 'directive',
    family,
    syntax: 'bytes',
    default: '1073741824',
    contexts: everywhere,
    words: [1, 1],
    text: 'Largest request body; a larger one is answered with 413. 0 is no limit.',
    effect: ({ scope, words: [word] }) => {
      scope.settings.limitRequestBody = integer(word!, {
        what: 'LimitRequestBody',
        min: 0,
        hint: 'write the number of bytes without a unit: 10485760 for 10 MiB',
      });
    },
  },
  ...['LoadModule', 'LoadFile'].map(
    (name): Declaration => ({
      name,
      kind: 'directive',
      family,
      syntax: name === 'LoadModule' ? 'module file' : 'file …',
      contexts: serverOnly,
      words: name === 'LoadModule' ? [2, 2] : [1, Number.POSITIVE_INFINITY],
      text: 'Accepted and ignored, so that one file can serve Apache and venvhost: everything is built in. Said once.',
      effect: (call) =>
        once(
          call,
          'LoadModule',
          `${name} is ignored, here and wherever it stands: what venvhost does is built in`,
        ),
    }),
  ),
];

function identity(name: 'User' | 'Group', text: string): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: 'name|#number',
    contexts: serverOnly,
    words: [1, 1],
    text,
    effect: ({ evaluation, words: [word] }) => {
      checkAccount(word!, name);
      evaluation.config.global[name === 'User' ? 'user' : 'group'] = word!;
    },
  };
}

function checkAccount(word: Stated<string>, what: string): void {
  if (!/^(#\d+|[^\s#:][^\s:]*)$/.test(word.value))
    throw invalid(word, `${what} must be a name, or "#" and a number`);
}

function limit(
  name: string,
  standard: string,
  text: string,
  key: 'maxKeepAliveRequests' | 'limitRequestLine' | 'limitRequestFields' | 'limitRequestFieldSize',
): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: 'number',
    default: standard,
    contexts: hosts,
    words: [1, 1],
    text,
    effect: ({ scope, words: [word] }) => {
      scope.host[key] = integer(word!, { what: name, min: 0, max: 2_147_483_647 });
    },
  };
}
