import type { ProcessGroupOptions } from '../config.js';
import {
  type Call,
  type Declaration,
  everywhere,
  hosts,
  invalid,
  Refusal,
  serverOnly,
} from '../declaration.js';
import { callableName, checkedGroup } from '../names.js';
import { readOptions } from '../options.js';
import { pathList } from '../paths.js';
import { absolutePath, flag, path, stated } from '../values.js';
import { afterWords } from '../words.js';
import { daemonOptions } from './daemon-options.js';
import { mountDirectives } from './wsgi-mounts.js';

const family = 'wsgi';

export const wsgiDirectives: readonly Declaration[] = [
  ...mountDirectives,
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
    name: 'WSGIScriptExtensions',
    kind: 'directive',
    family,
    syntax: 'Any|extension …',
    default: '.wsgi .py',
    contexts: everywhere,
    words: [1, Number.POSITIVE_INFINITY],
    text: 'A directive of venvhost, which Apache does not know: which files of a folder are scripts, where a client chooses the name (a WSGIScriptAlias of a folder, a WSGIScriptAliasMatch with `$1`). Others get 404, and are never sent as text. The extension that the target of a WSGIScriptAliasMatch ends in counts too. `Any` is the behaviour of mod_wsgi, which executes each file of the folder, notes and pictures too.',
    effect: ({ scope, words }) => {
      const [first] = words;
      const any = words.length === 1 && first!.value.toLowerCase() === 'any';
      for (const word of words)
        if (!any && !/^\.?[^./\s]+$/.test(word.value))
          throw invalid(word, 'WSGIScriptExtensions must be Any or extensions such as .wsgi');
      const extensions = words.map(({ value }) => `.${value.replace(/^\./, '').toLowerCase()}`);
      scope.settings.scriptExtensions = stated(first!, any ? 'any' : extensions);
    },
  },
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
      const { global } = call.evaluation.config;
      const home = path(call, call.words[0]!);
      const other = global.pythonHome;
      // One process holds one Python.
      if (other && other.value !== home.value)
        throw invalid(
          call.words[0]!,
          `a server has one WSGIPythonHome, and it is ${JSON.stringify(other.value)} (${other.at.file}:${other.at.line})`,
          'give applications that need another Python a process group: WSGIDaemonProcess NAME python-home=DIR',
        );
      global.pythonHome = home;
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
      if (call.words[0]!.value === '') return;
      call.evaluation.config.global.pythonPath = pathList(call, call.words[0]!, 'WSGIPythonPath');
    },
  },
  {
    name: 'WSGISocketPrefix',
    kind: 'directive',
    family,
    syntax: 'prefix',
    contexts: serverOnly,
    words: [1, 1],
    text: 'The beginning of the path of the private folder with the sockets between the gateway and its daemons; `/run/venvhost` where it is not stated, without root `venvhost` in XDG_RUNTIME_DIR, else in TMPDIR. A folder that is removed while the server runs is made again, without root in TMPDIR where it cannot be in its place. Keep it short: a socket path has about 100 characters. Others must not be able to rename what is in its folder.',
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
