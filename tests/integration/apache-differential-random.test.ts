import { type Case, compareWithApache } from '../support/differential.js';
import { numbersFrom } from '../support/random.js';

/**
 * Hosts of random aliases and sections. The same ones each time; VENVHOST_TEST_SEED=N makes others, and what is
 * found with them becomes a case with a name.
 */
const random = numbersFrom(Number(process.env['VENVHOST_TEST_SEED'] ?? 1));

const names =
  'sub deep new scripts one.wsgi below two.wsgi f.txt g.txt app.wsgi page.html index.html app.php app w a m x missing'.split(
    ' ',
  );
const globs = '* s* ?ub [a-n]* *.txt *.wsgi ** [!s]* *e* ? *p'.split(' ');
const regexParts =
  'sub / deep app . .* [.]wsgi [^/]+ (one|two) f x new scripts \\w+ index /?'.split(' ');

const aliases = [
  'WSGIScriptAlias /app $HERE/app.wsgi',
  'WSGIScriptAlias /app/ $HERE/app.wsgi/',
  'WSGIScriptAlias /w $HERE/scripts',
  'WSGIScriptAlias /w/ $HERE/scripts/',
  'WSGIScriptAlias /x $HERE/app.wsgi/pre',
  'WSGIScriptAlias /sub/x $HERE/app.wsgi',
  'WSGIScriptAliasMatch ^/x/(\\w+) $HERE/scripts/$1.wsgi',
  'Alias /a $HERE/sub',
  'Alias /a/ $HERE/sub/',
  'Alias /x $HERE/f.txt',
  'AliasMatch ^/m/(.*) $HERE/sub/$1',
];

const ofHosts = [
  'MergeSlashes Off',
  'AllowEncodedSlashes On',
  'DirectoryIndex disabled',
  'DirectoryIndex sub/f.txt f.txt',
];
const ofSections = [
  'AuthMerging And',
  'AuthMerging Or',
  'SetEnv A 1',
  'AcceptPathInfo On',
  'AcceptPathInfo Off',
  'DirectoryIndex f.txt',
  'DirectoryIndex page.html /app',
  'DirectorySlash Off',
  'SetEnvIf Request_URI f OPEN=1',
];
const rules = [
  'Require all denied',
  'Require all denied',
  'Require all granted',
  'Require method POST',
  'Require env OPEN',
  '<RequireAll>\nRequire all granted\nRequire not method POST\n</RequireAll>',
  'SetEnv B 2',
];

/** Asked of every host, beside some that are made up. */
const usual = [
  ...['/', '/f.txt', '/missing', '/new/', '/new/page.html'],
  ...['/sub', '/sub/', '/sub/f.txt', '/sub/f.txt/x', '/sub/deep/g.txt'],
  ...['/app', '/app/', '/app/x', 'POST /app/x', '/x/one'],
  ...['/w/one.wsgi', '/w/below', '/w/below/two.wsgi/z', '/a/f.txt', '/m/f.txt'],
];

function host(_: unknown, number: number): Case {
  return {
    name: `random host ${number}`,
    environ: ['A', 'B', 'OPEN'],
    configuration: [
      ...sometimes(0.8, () => '<Directory "$HERE">\nRequire all granted\n</Directory>'),
      ...sometimes(0.15, () => pick(ofHosts)),
      ...distinct(several(4, () => pick(aliases))),
      ...several(5, section),
    ].join('\n'),
    requests: [...usual, ...Array.from({ length: 12 }, request)],
  };
}

function section(): string {
  const make = pick([
    () => within(`Directory "$HERE${path()}"`, settings()),
    () => within(`DirectoryMatch "${regex()}"`, settings()),
    () => within(`Files "${name()}"`, settings()),
    () => within(`FilesMatch "${regex().replaceAll(/\[\^\/\]\+|\/\??/g, '')}"`, settings()),
    () => within(`Location "${path()}"`, settings()),
    () => within(`LocationMatch "${regex()}"`, settings()),
    () =>
      within(
        `Directory "$HERE${sometimes(0.5, path).join('')}"`,
        [within(`Files "${name()}"`, settings()), ...sometimes(0.5, settings)].join('\n'),
      ),
  ]);
  return make();
}

function within(opening: string, text: string): string {
  return `<${opening}>\n${text}\n</${opening.split(' ')[0]}>`;
}

function settings(): string {
  return [...sometimes(0.3, () => pick(ofSections)), pick(rules)].join('\n');
}

function request(): string {
  const method = sometimes(0.15, () => pick(['HEAD ', 'OPTIONS ', 'PUT '])).join('');
  const slash = () => (random() < 0.05 ? '//' : '/');
  const parts = several(4, () => `${slash()}${pick(names)}`);
  return `${method}${parts.join('')}${sometimes(0.3, () => '/').join('')}`;
}

function path(): string {
  return `/${several(3, name).join('/')}${sometimes(0.25, () => '/').join('')}`;
}

function name(): string {
  return random() < 0.25 ? pick(globs) : pick(names);
}

function regex(): string {
  const middle = several(2, () => pick(regexParts)).join('');
  return `${pick(['', '^', '/'])}${middle}${pick(['', '$', '/', '/$'])}`;
}

/** Two for one URL are an error here. */
function distinct(lines: readonly string[]): string[] {
  const urlOf = (line: string) => line.split(' ')[1]?.replace(/\/$/, '');
  return lines.filter(
    (line, index) => lines.findIndex((other) => urlOf(other) === urlOf(line)) === index,
  );
}

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

function several<T>(most: number, make: () => T): T[] {
  return Array.from({ length: 1 + Math.floor(random() * most) }, make);
}

function sometimes<T>(chance: number, make: () => T): T[] {
  return random() < chance ? [make()] : [];
}

/** For all hosts alike; each has its folder at the same depth. */
function ofTheServer(): string {
  return [
    ...Array.from({ length: 4 }, section),
    ...sometimes(0.4, () => 'DirectoryIndex f.txt index.html'),
    ...sometimes(0.4, () => 'SetEnvIf Request_URI s OPEN=1'),
    'WSGIScriptAlias /yy $HERE/app.wsgi',
  ]
    .join('\n')
    .replaceAll('$HERE', '$HERE/*/root')
    .replaceAll('Alias /yy $HERE/*/root', 'Alias /yy $HERE/case0/root');
}

compareWithApache('random sections of the main server and of hosts mean what they mean in Apache', {
  server: ofTheServer(),
  cases: Array.from({ length: 30 }, host),
});

compareWithApache('random sections and aliases mean what they mean in Apache', {
  cases: Array.from({ length: 60 }, host),
});
