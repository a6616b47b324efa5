import { type Declaration, everywhere } from '../declaration.js';

/** What takes effect while files are read, in the order of the lines: the parser acts on it, the manual shows it. */
export const readingDeclarations: readonly Omit<Declaration, 'effect' | 'words'>[] = [
  directive(
    'Include',
    'file|folder|wildcards',
    'Reads other files in this place: one file, all files in and below a folder, or those that match wildcards (`*`, `?`, `[…]`, in folder names too), in the order of their names. Relative to ServerRoot. It is an error when there are none.',
  ),
  directive('IncludeOptional', 'file|folder|wildcards', 'As `Include`, but there may be none.'),
  directive(
    'Define',
    'name [value]',
    `Sets a variable: \`\${name}\` stands for its value in all lines after this one, whatever section it is in. A name that no Define and no \`-D\` sets is looked up in the environment of the command; one that is not there either stays as it is, with a warning.`,
  ),
  directive('UnDefine', 'name', 'Forgets what a `Define` or `-D` set.'),
  section(
    'IfDefine',
    '[!]name',
    'Counts if the name is defined (or, with `!`, is not), by `Define` or `-D`.',
  ),
  section(
    'IfModule',
    '[!]module',
    'Counts if venvhost implements the module, named as `alias_module` or `mod_alias.c`. It does `venvhost`, `wsgi`, `alias`, `authz_core`, `authz_host`, `dir`, `env`, `setenvif`, `log_config`, `unixd`, `version`, `so`, `core` and `http`; no other one. So one file can serve Apache and venvhost: `<IfModule !venvhost_module>`. What is skipped because its module is not here is told, in one line for each section; it is an error where hosts, mounts, access or authentication are in it. What `!` takes out is not told.',
  ),
  section(
    'IfVersion',
    '[[!]operator] version',
    'Compares with the version of Apache, as which venvhost takes itself for 2.4.62. The operators are `=`, `==`, `>`, `>=`, `<`, `<=` and `~` (a regular expression, also written `/…/`).',
  ),
  section('IfFile', '[!]path', 'Counts if the file or folder exists.'),
];

function directive(
  name: string,
  syntax: string,
  text: string,
): (typeof readingDeclarations)[number] {
  return { name, kind: 'directive', family: 'core', syntax, contexts: everywhere, text };
}

function section(name: string, syntax: string, text: string): (typeof readingDeclarations)[number] {
  return { name, kind: 'section', family: 'core', syntax, contexts: everywhere, text };
}
