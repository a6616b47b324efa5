import { dirname } from 'node:path';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { didYouMean } from '../base/nearest.js';
import type { Span } from '../base/span.js';
import type { ProcessGroup } from '../config/config.js';
import { writable } from '../python/package-findings.js';
import { worldWritable } from '../python/permissions.js';
import { isOfOtherPython, type ScriptFacts } from '../python/scripts.js';
import { minorVersion } from '../python/versions.js';
import { findGroup, findUser } from './accounts.js';
import type { Facts } from './facts.js';
import type { ScriptUse } from './script-answers.js';

/** What the interpreters of the groups, and the modes of the files, tell about scripts. */
export function checkScripts(groups: readonly ProcessGroup[], facts: Facts): Diagnostic[] {
  const { uses = [], answers = {} } = facts.scripts ?? {};
  const said = new Set<string>();
  return uses
    .flatMap((use) => [
      ...inside(use, answers[use.group]?.[use.path], facts),
      ...owners(use, groups, facts),
      ...openToAll(use, facts),
    ])
    .filter(({ code, message }) => !said.has(code + message) && said.add(code + message));
}

function inside(use: ScriptUse, script: ScriptFacts | undefined, facts: Facts): Diagnostic[] {
  const version = facts.pythons[use.group]?.python.version;
  if (!script || version === undefined) return [];
  if ('unreadable' in script) return [unreadable(use, script.unreadable)];
  if ('syntax' in script) return [syntaxError(use, script.syntax, version)];
  return [
    ...execfile(use, script.execfile, version),
    ...script.activates.filter(({ there }) => !there).map((one) => withoutActivate(use, one)),
    ...withoutCallable(use, script),
  ];
}

function unreadable({ path, at }: ScriptUse, reason: string): Diagnostic {
  return diagnostic(
    'script-unreadable',
    `script ${JSON.stringify(path)} cannot be read by the user of its application: ${reason.toLowerCase()}`,
    { at, hint: `let everybody read it: chmod a+r ${path}` },
  );
}

type Syntax = Extract<ScriptFacts, { syntax: object }>['syntax'];

function syntaxError({ path, at }: ScriptUse, syntax: Syntax, version: string): Diagnostic {
  const { line, column, message, text } = syntax;
  const related = [{ message: 'in this line of the script', at: place(path, line, text, column) }];
  if (isOfOtherPython(text, version)) {
    const other = version.startsWith('2.') ? '3' : '2';
    return diagnostic(
      other === '2' ? 'script-is-python2' : 'script-is-python3',
      `line ${line} of ${path} is Python ${other}, and its process group runs Python ${version}`,
      {
        at,
        related,
        hint: `port the script, or give its group an environment of Python ${other === '2' ? '2.7' : '3'} with python-home=`,
      },
    );
  }
  return diagnostic(
    'script-syntax-error',
    `line ${line} of ${path} is no valid Python ${minorVersion(version)}: ${message}`,
    { at, related, hint: `try it: python${minorVersion(version)} -m py_compile ${path}` },
  );
}

function execfile({ path, at }: ScriptUse, line: number | null, version: string): Diagnostic[] {
  if (line === null || version.startsWith('2.')) return [];
  return [
    diagnostic(
      'script-uses-execfile',
      `line ${line} of ${path} calls execfile, which Python ${minorVersion(version)} does not have`,
      {
        at,
        hint: 'remove the activation and state python-home= of the process group; or, to keep it, write\nexec(open(activate_this).read(), dict(__file__=activate_this))',
      },
    ),
  ];
}

function withoutActivate(
  { path, at }: ScriptUse,
  { line, path: activate }: { readonly line: number; readonly path: string },
): Diagnostic {
  const root = dirname(dirname(activate));
  return diagnostic(
    'activate-this-missing',
    `line ${line} of ${path} wants ${activate}, which does not exist: only virtualenv makes it, python -m venv does not`,
    {
      at,
      hint: `remove the activation and write python-home=${root}; or replace it by\nimport site, sys\nsite.addsitedir('${root}/lib/python%d.%d/site-packages' % sys.version_info[:2])`,
    },
  );
}

function withoutCallable(
  { path, at, callable }: ScriptUse,
  { names, dynamic }: Extract<ScriptFacts, { names: unknown }>,
): Diagnostic[] {
  if (callable === undefined || dynamic || names.includes(callable)) return [];
  const usual = ['application', 'app', 'wsgi_app', 'handler'].find((name) => names.includes(name));
  return [
    diagnostic(
      'script-callable-missing',
      `script ${JSON.stringify(path)} does not define ${callable}`,
      {
        at,
        hint: usual
          ? `it defines ${usual}: add callable-object=${usual}`
          : (didYouMean(callable, names) ?? `define it: def ${callable}(environ, start_response):`),
      },
    ),
  ];
}

/** `script-user=` and `script-group=` of the group. */
function owners(
  { group, path, at }: ScriptUse,
  groups: readonly ProcessGroup[],
  { paths, accounts }: Facts,
): Diagnostic[] {
  const options = groups.find(({ name }) => name === group)?.options;
  const entry = paths[path]?.entry;
  if (!entry) return [];
  const wanted = [
    { option: options?.scriptUser, id: entry.uid, find: findUser, key: 'uid', command: 'chown' },
    { option: options?.scriptGroup, id: entry.gid, find: findGroup, key: 'gid', command: 'chgrp' },
  ] as const;
  return wanted.flatMap(({ option, id, find, key, command }) => {
    if (!option) return [];
    const found = find(accounts, option.value) as Record<string, unknown> | undefined;
    if (!found || found[key] === id) return [];
    const owner = find(accounts, `#${id}`)?.name ?? `#${id}`;
    return [
      diagnostic(
        'script-owner-mismatch',
        `script ${JSON.stringify(path)} is owned by ${owner}, not by ${option.value}`,
        {
          at,
          hint: `change it: ${command} ${option.value} ${path}`,
          related: [{ message: 'this demands it', at: option.at }],
        },
      ),
    ];
  });
}

function openToAll({ path, at }: ScriptUse, { paths }: Facts): Diagnostic[] {
  const walk = paths[path];
  const folder = walk?.folders.at(-1);
  return [
    ...(walk?.entry && worldWritable(walk.entry)
      ? [{ ...writable(`the script ${path}`, walk.at, walk.entry.mode), at }]
      : []),
    ...(folder && worldWritable({ ...folder, kind: 'folder' })
      ? [{ ...writable(`${folder.path}, the folder of a script`, folder.path, folder.mode), at }]
      : []),
  ];
}

function place(file: string, line: number, text: string, column: number): Span {
  const start = Math.min(Math.max(1, column), text.length + 1);
  return { file, line, column: start, endColumn: start, text };
}
