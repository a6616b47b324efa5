import type { Stated } from '../../base/span.js';
import type { ScriptAlias } from '../config.js';
import { type Call, type Declaration, hosts, Refusal } from '../declaration.js';
import { callableName, checkedGroup } from '../names.js';
import { type OptionSet, readOptions } from '../options.js';
import { absolutePath, flag, regex, targetPath } from '../values.js';
import { afterWords } from '../words.js';
import { prefix } from './mapping.js';

const family = 'wsgi';

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

/** What puts scripts to work: mounts, and scripts that are loaded ahead. */
export const mountDirectives: readonly Declaration[] = [
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
    name: 'WSGIImportScript',
    kind: 'directive',
    family,
    syntax: 'path process-group=name application-group=name',
    contexts: hosts,
    words: 'raw',
    text: 'Loads a script when a process of the group starts, before it takes requests. Both options are required; `%{GLOBAL}` is understood.',
    effect: importScript,
  },
];

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
