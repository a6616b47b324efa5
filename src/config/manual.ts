import type { DaemonOption } from './daemon-option.js';
import type { Declaration, Family } from './declaration.js';
import { declarations } from './tables/all.js';
import { daemonOptionList } from './tables/daemon-options.js';
import { foreignModules } from './tables/foreign.js';
import { readingDeclarations } from './tables/reading.js';
import { unsupportedFamilies } from './tables/unsupported.js';

type Entry = Omit<Declaration, 'effect' | 'words'>;

const chapters: readonly { readonly family: Family; readonly title: string }[] = [
  { family: 'core', title: 'Files and the server' },
  { family: 'hosts', title: 'Addresses and hosts' },
  { family: 'sections', title: 'Sections' },
  { family: 'logging', title: 'Logs' },
  { family: 'access', title: 'Access' },
  { family: 'mapping', title: 'URLs and files' },
  { family: 'environment', title: 'Variables of requests' },
  { family: 'wsgi', title: 'WSGI applications' },
];

/** The reference page of all directives and options, as Markdown, made from the tables. */
export function directivesManual(): string {
  const entries: readonly Entry[] = [...readingDeclarations, ...declarations];
  return [
    '# Directives',
    '',
    '<!-- Made from the tables in src/config/tables by `npm run docs`; do not edit. -->',
    '',
    'The configuration language is that of Apache and mod_wsgi. Names are the same in any case; arguments with blanks stand in quotes; a line goes on after a `\\` at its end; a comment is a line that begins with `#`. Contexts: *server config* is outside of all sections, *virtual host* is inside `<VirtualHost>`, *directory* is inside `<Directory>`, `<Location>` or `<Files>` and their `…Match` forms. There are no `.htaccess` files.',
    '',
    ...chapters.flatMap(({ family, title }) =>
      chapter(
        title,
        entries.filter((entry) => entry.family === family),
      ),
    ),
    ...replaced(entries.filter((entry) => entry.family === 'replaced')),
    ...options(),
    ...accepted(entries.filter((entry) => entry.family === 'without effect')),
    ...unsupported(),
  ].join('\n');
}

function chapter(title: string, entries: readonly Entry[]): string[] {
  return [`## ${title}`, '', ...entries.flatMap(article)];
}

function article(entry: Entry): string[] {
  const written = `${entry.name} ${entry.syntax}`.trim();
  return [
    `### ${entry.kind === 'section' ? `\\<${entry.name}>` : entry.name}`,
    '',
    entry.text,
    '',
    `- **Syntax:** \`${entry.kind === 'section' ? `<${written}> … </${entry.name}>` : written}\``,
    ...(entry.default === undefined ? [] : [`- **Default:** ${entry.default}`]),
    `- **Context:** ${entry.contexts.join(', ')}`,
    '',
  ];
}

function replaced(entries: readonly Entry[]): string[] {
  return [
    '## Replaced',
    '',
    `The access control of Apache 2.2 is refused, once for each section; the message shows the \`Require\` lines that replace it: ${entries.map(titleOf).join(', ')}.`,
    '',
  ];
}

function options(): string[] {
  const row = (option: DaemonOption) =>
    `| \`${option.name}=\` | ${cell(option.syntax)} | ${cell(option.default ?? '')} | ${cell(option.text)} |`;
  const [honoured, others] = partition(daemonOptionList, (option) => option.honoured);
  const [refused, checked] = partition(others, (option) => option.refused);
  const table = ['| Option | Value | Default | Description |', '|---|---|---|---|'];
  return [
    '## Options of WSGIDaemonProcess',
    '',
    'They are written `name=value`, without blanks around the `=`; a value with blanks stands in quotes. Times are in whole seconds and sizes in bytes, both without a unit.',
    '',
    ...table,
    ...honoured.map(row),
    '',
    'These are checked in the same way and do nothing yet; a value that asks for something is answered with a warning:',
    '',
    ...table,
    ...checked.map(row),
    '',
    'These protect something and are not supported yet: stating one is an error; with `--ignore-unsupported` it is a warning, and requests for the group get 503:',
    '',
    ...table,
    ...refused.map(row),
    '',
  ];
}

function accepted(entries: readonly Entry[]): string[] {
  const [explained, stock] = partition(entries, (entry) => entry.text !== '');
  return [
    '## Accepted without effect',
    '',
    'Stock files contain these. Each one is told once as a note:',
    '',
    `${stock.map(titleOf).join(', ')}.`,
    '',
    'These belong to mod_wsgi:',
    '',
    ...explained.map((entry) => `- \`${entry.name}\`: ${entry.text}`),
    '',
  ];
}

function unsupported(): string[] {
  const names = (list: string | undefined, open = '', close = '') =>
    list?.split(' ').map((name) => `\`${open}${name}${close}\``) ?? [];
  return [
    '## Not supported yet',
    '',
    'These are errors, with their place in the file. With `--ignore-unsupported` they are warnings, and the directive, or the section with all it holds, is passed over. What it may guard is left closed: such requests get 403, and the log says why ([decision 26](../decisions/0026-ignored-guards-stay-closed.md) has the table); a `Require` that cannot be checked lets nobody in.',
    '',
    ...unsupportedFamilies.map(
      (family) =>
        `- ${family.what}: ${[...names(family.directives), ...names(family.sections, '<', '>')].join(', ')}${family.prefix ? ' and their relatives' : ''}`,
    ),
    '',
    `The directives of these modules are known by their names, and treated alike: ${foreignModules
      .filter(({ module }) => module.startsWith('mod_'))
      .map(({ module }) => module)
      .sort()
      .join(', ')}.`,
    '',
  ];
}

function titleOf(entry: Entry): string {
  return entry.kind === 'section' ? `\`<${entry.name}>\`` : `\`${entry.name}\``;
}

/** A `|` would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function partition<T>(items: readonly T[], holds: (item: T) => boolean): [T[], T[]] {
  return [items.filter(holds), items.filter((item) => !holds(item))];
}
