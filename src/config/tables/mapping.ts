import { diagnostic } from '../../base/diagnostic.js';
import type { Stated } from '../../base/span.js';
import type { EncodedSlashes } from '../config.js';
import {
  type Call,
  type Declaration,
  everywhere,
  hosts,
  invalid,
  Refusal,
} from '../declaration.js';
import { absolutePath, flag, regex, stated, targetPath } from '../values.js';
import { once } from '../without-effect.js';

const family = 'mapping';

const encodedSlashes: Readonly<Record<string, EncodedSlashes>> = {
  off: 'refuse',
  on: 'decode',
  nodecode: 'keep',
};

export const mappingDirectives: readonly Declaration[] = [
  {
    name: 'Alias',
    kind: 'directive',
    family,
    syntax: 'URL-path file|folder',
    contexts: hosts,
    words: [2, 2],
    text: 'Serves the files of a folder, or one file, below a URL-path. Aliases are tried in order, before every WSGIScriptAlias. `/static/` with a slash at its end does not take `/static`.',
    effect: (call) => {
      const [url, target] = call.words;
      call.scope.host.aliases.push({
        at: call.at,
        url: prefix(call, url!),
        target: absolutePath(call, target!),
      });
    },
  },
  {
    name: 'AliasMatch',
    kind: 'directive',
    family,
    syntax: 'regex file|folder',
    contexts: hosts,
    words: [2, 2],
    text: 'As `Alias`, with a regular expression on the URL; `$1` to `$9` in the target stand for its groups.',
    effect: (call) => {
      const [source, target] = call.words;
      call.scope.host.aliases.push({
        at: call.at,
        url: { kind: 'regex', source: regex(call, source!) },
        target: targetPath(call, target!),
      });
    },
  },
  {
    name: 'ScriptAlias',
    kind: 'directive',
    family,
    syntax: 'URL-path folder',
    contexts: hosts,
    words: [2, 2],
    text: 'CGI scripts are not run. The stock files of distributions contain `ScriptAlias /cgi-bin/`: it is answered with a warning, and requests below the URL-path with 403, so that no script is sent as a text.',
    effect: closedScripts,
  },
  {
    name: 'DirectoryIndex',
    kind: 'directive',
    family,
    syntax: 'file … | disabled',
    default: 'index.html',
    contexts: everywhere,
    words: [1, Number.POSITIVE_INFINITY],
    text: 'What answers for a folder: the first that is there. Each is a URL of its own, seen from the folder or beginning with `/`, so that it may be an application too. Several lines in one section add up.',
    effect: ({ scope, words }) => {
      const names = words.map((word) => word.value);
      const disabled = names[0] === 'disabled' && names.length === 1;
      scope.settings.directoryIndex = stated(
        words[0]!,
        disabled ? [] : [...(scope.settings.directoryIndex?.value ?? []), ...names],
      );
    },
  },
  {
    name: 'DirectorySlash',
    kind: 'directive',
    family,
    syntax: 'On|Off',
    default: 'On',
    contexts: everywhere,
    words: [1, 1],
    text: 'Whether a folder that is asked for without the slash at its end is answered with a redirect to its URL with the slash. With `Off` it is not found.',
    effect: ({ scope, words: [word] }) => {
      scope.settings.directorySlash = flag(word!, 'DirectorySlash');
    },
  },
  {
    name: 'AllowEncodedSlashes',
    kind: 'directive',
    family,
    syntax: 'On|Off|NoDecode',
    default: 'Off',
    contexts: hosts,
    words: [1, 1],
    text: 'What a `%2F` in the path of a URL is: `Off`, not found; `On`, a slash as any other; `NoDecode`, the text `%2F`.',
    effect: ({ scope, words: [word] }) => {
      const meaning = encodedSlashes[word!.value.toLowerCase()];
      if (!meaning) throw invalid(word!, 'AllowEncodedSlashes must be one of: On | Off | NoDecode');
      scope.host.encodedSlashes = stated(word!, meaning);
    },
  },
  {
    name: 'MergeSlashes',
    kind: 'directive',
    family,
    syntax: 'On|Off',
    default: 'On',
    contexts: hosts,
    words: [1, 1],
    text: 'Whether repeated slashes in the path of a URL count as one everywhere. With `Off` the regular expressions of `<LocationMatch>` see them.',
    effect: ({ scope, words: [word] }) => {
      scope.host.mergeSlashes = flag(word!, 'MergeSlashes');
    },
  },
  {
    name: 'AcceptPathInfo',
    kind: 'directive',
    family,
    syntax: 'On|Off|Default',
    default: 'Default',
    contexts: everywhere,
    words: [1, 1],
    text: 'Whether a URL may go on after the file that answers it. `Default` is yes for scripts and no for other files.',
    effect: ({ scope, words: [word] }) => {
      const value = word!.value.toLowerCase();
      if (value !== 'on' && value !== 'off' && value !== 'default')
        throw invalid(word!, 'AcceptPathInfo must be one of: Off | On | Default');
      scope.settings.acceptPathInfo = stated(word!, value);
    },
  },
  {
    name: 'Options',
    kind: 'directive',
    family,
    syntax: '[+|-]option …',
    default: 'FollowSymLinks',
    contexts: everywhere,
    words: [1, Number.POSITIVE_INFINITY],
    text: '`FollowSymLinks` and `SymLinksIfOwnerMatch` say whether files behind symbolic links are served; `None` and a list without both forbid them, `All` allows them. With `+` and `-` only what is named changes. The other options of Apache (`Indexes`, `MultiViews`, `ExecCGI`, `Includes`) are accepted without effect.',
    effect: options,
  },
];

/** Nothing may show the source of a script whose folder lies below the DocumentRoot as well. */
function closedScripts(call: Call): void {
  const { prefix: url } = prefix(call, call.words[0]!);
  absolutePath(call, call.words[1]!);
  call.scope.host.sections.push({
    at: call.at,
    kind: 'location',
    pattern: { kind: 'plain', text: url },
    settings: { environment: [], require: { value: { kind: 'denied' }, at: call.at } },
    children: [],
  });
  call.evaluation.diagnostics.push({
    ...diagnostic(
      'unsupported-directive',
      `CGI scripts are not run: every request below ${url} gets 403`,
      { at: call.at, hint: 'WSGI scripts are mounted with WSGIScriptAlias' },
    ),
    severity: 'warning',
  });
}

export function prefix(call: Call, word: Stated<string>): { kind: 'prefix'; prefix: string } {
  if (!word.value.startsWith('/'))
    throw invalid(
      word,
      `${call.name} must have a URL-path that begins with "/"`,
      `write "/${word.value.replace(/^https?:\/\/[^/]*\/?/, '')}"`,
    );
  return { kind: 'prefix', prefix: word.value };
}

const optionNames = [
  'None',
  'All',
  'FollowSymLinks',
  'SymLinksIfOwnerMatch',
  'Indexes',
  'MultiViews',
  'ExecCGI',
  'Includes',
  'IncludesNOEXEC',
];

function options(call: Call): void {
  const { settings } = call.scope;
  const signs = new Set(call.words.map((word) => /^[+-]/.test(word.value)));
  if (signs.size > 1)
    throw new Refusal(
      'invalid-value',
      'either all Options must start with + or -, or no Option may',
      {
        hint: 'Apache 2.4 refuses the mixture too',
      },
    );
  if (signs.has(false)) settings.followSymLinks = stated(call.words[0]!, 'none');
  for (const word of call.words) {
    const name = word.value.replace(/^[+-]/, '').toLowerCase();
    if (!optionNames.some((option) => option.toLowerCase() === name))
      throw invalid(
        word,
        'illegal option: Options must be of None, All, FollowSymLinks, SymLinksIfOwnerMatch, Indexes, MultiViews, ExecCGI, Includes, IncludesNOEXEC',
      );
    const off = word.value.startsWith('-');
    if (name === 'followsymlinks' || name === 'all')
      settings.followSymLinks = stated(word, off ? 'none' : 'always');
    else if (name === 'symlinksifownermatch')
      settings.followSymLinks = stated(word, off ? 'none' : 'owner');
    else if (name !== 'none' && !off)
      once(call, `Options ${name}`, `Options ${word.value} has no effect here`);
  }
}
