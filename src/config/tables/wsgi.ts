import type { Stated } from '../../base/span.js';
import type { ProcessGroupOptions, ScriptAlias } from '../config.js';
import {
  type Call,
  type Declaration,
  everywhere,
  hosts,
  invalid,
  Refusal,
  serverOnly,
} from '../declaration.js';
import { type OptionSet, readOptions } from '../options.js';
import { pathList } from '../paths.js';
import { absolutePath, flag, path, regex, stated, targetPath } from '../values.js';
import { afterWords } from '../words.js';
import { daemonOptions } from './daemon-options.js';
import { prefix } from './mapping.js';

const family = 'wsgi';

export const wsgiDirectives: readonly Declaration[] = [
  scriptAlias(
    'WSGIScriptAlias',
    'URL-path',
    'Mounts a WSGI script, or a folder of them (both paths end in `/`), below a URL-path. The first one that fits takes the request, so `/sub` stands before `/`. Options: `process-group=`, `application-group=`, `callable-object=`, `pass-authorization=On|Off`; they win over all sections.',
  ),
  scriptAlias(
    'WSGIScriptAliasMatch',
    'regex',
    'As `WSGIScriptAlias`, with a regular expression on the URL; `$1` to `$9` in the path stand for its groups.',
  ),
  {
    name: 'WSGIDaemonProcess',
    kind: 'directive',
    family,
    syntax: 'name [option=value …]',
    contexts: hosts,
    words: 'raw',
    text: 'Defines a process group: daemon processes for WSGI applications, with a Python and a user of their own. One in a virtual host serves the virtual hosts of the same ServerName. The same definition may stand twice, as in the :80 and :443 hosts of one site. The options are listed below.',
    effect: daemonProcess,
  },
  {
    name: 'WSGIImportScript',
    kind: 'directive',
    family,
    syntax: 'path process-group=name application-group=name',
    contexts: hosts,
    words: 'raw',
    text: 'Loads a script when a process of the group starts, before it takes requests. Both options are required; `%{GLOBAL}` is understood.',
    effect: importScript,
  },
  groupName(
    'WSGIProcessGroup',
    'processGroup',
    '%{GLOBAL}',
    'The process group that requests run in: a name, `%{GLOBAL}` (embedded mode), `%{SERVER}`, `%{RESOURCE}`, `%{HOST}` or `%{ENV:variable}`.',
  ),
  groupName(
    'WSGIApplicationGroup',
    'applicationGroup',
    '%{RESOURCE}',
    'The interpreter of the process that requests run in: a name, `%{GLOBAL}` (the main one), `%{SERVER}`, `%{RESOURCE}`, `%{HOST}` or `%{ENV:variable}`.',
  ),
  {
    name: 'WSGICallableObject',
    kind: 'directive',
    family,
    syntax: 'name|%{ENV:variable}',
    default: 'application',
    contexts: everywhere,
    words: [1, 1],
    text: 'The name of the WSGI callable in the script: a plain name without dots.',
    effect: ({ scope, words: [word] }) => {
      scope.settings.callableObject = callableName(word!);
    },
  },
  perDirectoryFlag(
    'WSGIPassAuthorization',
    'passAuthorization',
    'Off',
    'Whether applications get the `Authorization` header, as `HTTP_AUTHORIZATION`.',
  ),
  perDirectoryFlag(
    'WSGIChunkedRequest',
    'chunkedRequest',
    'Off',
    'Whether requests with a chunked body are taken; without it they are answered with 411.',
  ),
  perDirectoryFlag(
    'WSGIScriptReloading',
    'scriptReloading',
    'On',
    'Whether a changed modification time of the script restarts its processes.',
  ),
  {
    name: 'WSGIRestrictEmbedded',
    kind: 'directive',
    family,
    syntax: 'On|Off',
    default: 'Off',
    contexts: serverOnly,
    words: [1, 1],
    text: 'On: requests that no process group takes are refused with 500 instead of running in embedded mode.',
    effect: ({ evaluation, words: [word] }) => {
      evaluation.config.global.restrictEmbedded = flag(word!, 'WSGIRestrictEmbedded');
    },
  },
  {
    name: 'WSGIPythonHome',
    kind: 'directive',
    family,
    syntax: 'folder',
    default: 'the first python3 of PATH',
    contexts: serverOnly,
    words: [1, 1],
    text: 'The Python of embedded mode and of process groups without `python-home`: the root of a virtual environment or of an installation.',
    effect: (call) => {
      call.evaluation.config.global.pythonHome = path(call, call.words[0]!);
    },
  },
  {
    name: 'WSGIPythonPath',
    kind: 'directive',
    family,
    syntax: 'folder[:folder…]',
    contexts: serverOnly,
    words: [1, 1],
    text: 'Folders that come first in `sys.path`, in embedded mode alone; their `.pth` files are read.',
    effect: (call) => {
      call.evaluation.config.global.pythonPath = pathList(call, call.words[0]!);
    },
  },
  {
    name: 'WSGISocketPrefix',
    kind: 'directive',
    family,
    syntax: 'prefix',
    contexts: serverOnly,
    words: [1, 1],
    text: 'The beginning of the path of the private folder with the sockets between the gateway and its daemons. Keep it short: a socket path has about 100 characters.',
    effect: (call) => {
      const [word] = call.words;
      if (word!.value === '')
        throw invalid(word!, 'invalid WSGISocketPrefix: it must not be empty');
      call.evaluation.config.global.socketPrefix = stated(word!, absolutePath(call, word!));
    },
  },
];

function perDirectoryFlag(
  name: string,
  key: 'passAuthorization' | 'chunkedRequest' | 'scriptReloading',
  standard: string,
  text: string,
): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: 'On|Off',
    default: standard,
    contexts: everywhere,
    words: [1, 1],
    text,
    effect: ({ scope, words: [word] }) => {
      scope.settings[key] = flag(word!, name);
    },
  };
}

function groupName(
  name: string,
  key: 'processGroup' | 'applicationGroup',
  standard: string,
  text: string,
): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: 'name|%{GLOBAL}|%{SERVER}|%{RESOURCE}|%{HOST}|%{ENV:variable}',
    default: standard,
    contexts: everywhere,
    words: [1, 1],
    text,
    effect: ({ scope, words: [word] }) => {
      scope.settings[key] = checkedGroup(word!, key);
    },
  };
}

/** A group name as stated; a form of `%{…}` that mod_wsgi does not know would be a literal name there. */
function checkedGroup(
  word: Stated<string>,
  key: 'processGroup' | 'applicationGroup',
): Stated<string> {
  const title = key === 'processGroup' ? 'process group' : 'application group';
  if (word.value === '')
    throw invalid(
      word,
      `invalid name for WSGI ${title}: it must not be empty`,
      `write %{GLOBAL} for ${key === 'processGroup' ? 'embedded mode' : 'the main interpreter'}`,
    );
  if (
    word.value.includes('%{') &&
    !/^%\{(GLOBAL|SERVER|RESOURCE|HOST|ENV:[^}]+)\}$/.test(word.value)
  )
    throw invalid(
      word,
      `invalid name for WSGI ${title}: it must be a name, or wholly one of %{GLOBAL}, %{SERVER}, %{RESOURCE}, %{HOST}, %{ENV:variable}`,
    );
  return word;
}

function callableName(word: Stated<string>): Stated<string> {
  if (/^%\{ENV:[^}]+\}$/.test(word.value) || /^[\p{L}_][\p{L}\p{N}_]*$/u.test(word.value))
    return word;
  throw invalid(
    word,
    'invalid name for WSGI callable object: it must be the plain name of an object in the script',
    word.value.includes('.')
      ? `import it in the script: ${word.value.split('.').at(-1)} = …`
      : undefined,
  );
}

interface AliasOptions {
  processGroup?: Stated<string>;
  applicationGroup?: Stated<string>;
  callableObject?: Stated<string>;
  passAuthorization?: Stated<boolean>;
}

const aliasOptions: OptionSet<AliasOptions> = {
  'process-group': (into, word) => {
    into.processGroup = checkedGroup(word, 'processGroup');
  },
  'application-group': (into, word) => {
    into.applicationGroup = checkedGroup(word, 'applicationGroup');
  },
  'callable-object': (into, word) => {
    into.callableObject = callableName(word);
  },
  'pass-authorization': (into, word) => {
    into.passAuthorization = flag(word, 'invalid value for authorization flag: pass-authorization');
  },
};

function scriptAlias(name: string, first: 'URL-path' | 'regex', text: string): Declaration {
  return {
    name,
    kind: 'directive',
    family,
    syntax: `${first} path [process-group=name] [application-group=name] [callable-object=name] [pass-authorization=On|Off]`,
    contexts: hosts,
    words: 'raw',
    text,
    effect: (call) => {
      const [from, target] = call.words;
      if (!from || !target)
        throw new Refusal(
          'argument-count',
          `${name} requires at least two arguments, a ${first} and the path of a script`,
          {
            hint: `for example: ${name} ${first === 'regex' ? '^/wiki' : '/'} /srv/www/app.wsgi`,
          },
        );
      const into = readOptions(
        call,
        afterWords(call.text, 2),
        aliasOptions,
        {},
        'WSGI script alias definition',
      );
      const alias: ScriptAlias = {
        at: call.at,
        url: first === 'regex' ? { kind: 'regex', source: regex(call, from) } : prefix(call, from),
        target: first === 'regex' ? targetPath(call, target) : absolutePath(call, target),
        ...into,
      };
      call.scope.host.scriptAliases.push(alias);
    },
  };
}

function daemonProcess(call: Call): void {
  const [name] = call.words;
  if (!name || name.value === '')
    throw new Refusal('argument-count', 'name of WSGI daemon process not supplied', {
      hint: 'write WSGIDaemonProcess NAME option=value …',
    });
  if (name.value.includes('%{') || name.value.includes('='))
    throw invalid(
      name,
      'name of WSGI daemon process not supplied: the first argument must be a plain name',
      'write WSGIDaemonProcess NAME option=value …',
    );
  const options = readOptions<ProcessGroupOptions>(
    call,
    afterWords(call.text, 1),
    daemonOptions,
    {},
    'WSGI daemon process definition',
  );
  if (options.scriptUser && options.scriptGroup)
    throw new Refusal('invalid-value', 'only one of script-user and script-group allowed', {
      at: options.scriptGroup.at,
    });
  call.evaluation.config.processGroups.push({
    at: call.at,
    name: name.value,
    ...(call.scope.hostIndex !== undefined && { host: call.scope.hostIndex }),
    options,
  });
}

function importScript(call: Call): void {
  const [script] = call.words;
  if (!script)
    throw new Refusal('argument-count', 'location of import script not supplied', {
      hint: 'write WSGIImportScript PATH process-group=NAME application-group=NAME',
    });
  const { 'process-group': processGroup, 'application-group': applicationGroup } = aliasOptions;
  const into = readOptions<AliasOptions>(
    call,
    afterWords(call.text, 1),
    { 'process-group': processGroup!, 'application-group': applicationGroup! },
    {},
    'WSGI import script definition',
  );
  for (const key of ['applicationGroup', 'processGroup'] as const)
    if (!into[key])
      throw new Refusal(
        'argument-count',
        `name of WSGI ${key === 'processGroup' ? 'process' : 'application'} group required`,
        {
          hint: `add ${key === 'processGroup' ? 'process' : 'application'}-group=NAME`,
        },
      );
  call.scope.host.importScripts.push({
    at: call.at,
    path: absolutePath(call, script),
    processGroup: into.processGroup!,
    applicationGroup: into.applicationGroup!,
  });
}
