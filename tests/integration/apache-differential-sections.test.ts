import { type Case, compareWithApache } from '../support/differential.js';

const open = '<Directory "$HERE">\nRequire all granted\n</Directory>';
const application = 'WSGIScriptAlias /app $HERE/app.wsgi\nWSGIScriptAlias /scripts $HERE/scripts';

/** Something in each kind of place: files, folders with and without slash, scripts with and without path info. */
const everyPlace = [
  '/',
  '/f.txt',
  '/missing',
  '/sub',
  '/sub/',
  '/sub/f.txt',
  '/sub/index.html',
  '/sub/missing',
  '/sub/deep',
  '/sub/deep/',
  '/sub/deep/g.txt',
  '/sub/f.txt/x',
  '/app',
  '/app/',
  '/app/x',
  '/scripts/one.wsgi',
  '/scripts/one.wsgi/x/y',
  '/scripts/below/two.wsgi/',
  '/scripts/missing',
];

/** What a section takes, seen by what it closes. */
function closedBy(section: string, requests: readonly string[] = everyPlace): Case {
  const kind = section.split(/[ ]/)[0];
  return {
    name: `<${section}> closes what it closes in Apache`,
    configuration: `${open}\n${application}\n<${section}>\nRequire all denied\n</${kind}>`,
    requests,
  };
}

/** And by what it opens. */
function openedBy(section: string, requests: readonly string[] = everyPlace): Case {
  const kind = section.split(/[ ]/)[0];
  return {
    name: `<${section}> opens what it opens in Apache`,
    configuration: `${application}\n<${section}>\nRequire all granted\n</${kind}>`,
    requests,
  };
}

const directories = [
  'Directory "$HERE"',
  'Directory "$HERE/"',
  'Directory "$HERE/sub"',
  'Directory "$HERE/sub/"',
  'Directory "$HERE//sub"',
  'Directory "$HERE/su"',
  'Directory "$HERE/SUB"',
  'Directory "$HERE/sub/f.txt"',
  'Directory "$HERE/app.wsgi"',
  'Directory "$HERE/scripts"',
  'Directory "$HERE/scripts/below"',
  'Directory "$HERE/*"',
  'Directory "$HERE/s*"',
  'Directory "$HERE/s*/"',
  'Directory "$HERE/?ub"',
  'Directory "$HERE/[a-s]ub"',
  'Directory "$HERE/[!s]*"',
  'Directory "$HERE/*/deep"',
  'Directory "$HERE*"',
  'Directory "/*/*"',
  'Directory "*/root"',
  'Directory "/tmp*"',
];

const matches = [
  '/sub$',
  '/sub/$',
  '/root$',
  '/root/$',
  '/sub',
  '/sub/',
  '/sub/.',
  '/sub/f[.]txt$',
  '/f[.]txt',
  '/f[.]txt/',
  '/app[.]wsgi$',
  '/app[.]wsgi',
  '/app[.]wsgi/',
  '/one[.]wsgi$',
  '/one[.]wsgi/x',
  '/scripts$',
  '/scripts/$',
  '/scripts',
  '/deep$',
  '/deep/$',
  '/index[.]html$',
  '/missing$',
  '^/',
  '^/$',
  '$',
  '^$HERE$',
  '^$HERE/$',
  '^$HERE/[^/]+$',
  '^$HERE/[^/]+/$',
  '^$HERE/[^/]+/[^/]+$',
  '(?i)/SUB/',
];

const files = [
  'Files "f.txt"',
  'Files "*.txt"',
  'Files "?.txt"',
  'Files "F.TXT"',
  'Files "app.wsgi"',
  'Files "*.wsgi"',
  'Files "sub"',
  'Files "s*"',
  'Files "deep"',
  'Files "index.html"',
  'Files "missing"',
  'Files "x"',
  'Files "*"',
  'Files "sub/f.txt"',
  'Files ~ "[.]txt$"',
  'FilesMatch "^f"',
  'FilesMatch "sub"',
  'FilesMatch "/"',
  'FilesMatch "[.](php|wsgi)$"',
  'FilesMatch "^$"',
];

const urls = [
  ...everyPlace,
  '/new',
  '/new/',
  '/new/page.html',
  '//sub//f.txt',
  '/sub/./f.txt',
  '/new/../sub/f.txt',
  '/s%75b/f.txt',
  '/sub/f%2Etxt',
];

const locations = [
  'Location "/"',
  'Location "/sub"',
  'Location "/sub/"',
  'Location "sub"',
  'Location "//sub"',
  'Location "/sub//f.txt"',
  'Location "/SUB"',
  'Location "/su"',
  'Location "/s%75b"',
  'Location "/app"',
  'Location "/app/"',
  'Location "/app/x"',
  'Location "/scripts/one.wsgi"',
  'Location "/new*"',
  'Location "/new/*"',
  'Location "/ne?"',
  'Location "/ne?/"',
  'Location "/*/f.txt"',
  'Location "/*"',
  'Location "/*/"',
  'Location "/**"',
  'Location "*"',
  'Location "/[ns]*"',
  'Location "/[!s]*"',
  'Location "/[^s]*"',
  'Location "/su\\b"',
  'Location "/ap?/x"',
  'Location "/?pp"',
  'Location ~ "/sub"',
  'Location ~ "^/sub$"',
  'LocationMatch "^/sub/"',
  'LocationMatch "^/sub//f"',
  'LocationMatch "f[.]txt$"',
  'LocationMatch "^/(app|new)(/|$)"',
  'LocationMatch "(?i)^/SUB"',
  'LocationMatch "^$"',
  'LocationMatch "/x$"',
];

compareWithApache('<Directory> as Apache reads it', {
  cases: directories.flatMap((section) => [closedBy(section), openedBy(section)]),
});

compareWithApache('<DirectoryMatch> as Apache reads it', {
  cases: matches.flatMap((regex) => [
    closedBy(`DirectoryMatch "${regex}"`),
    openedBy(`DirectoryMatch "${regex}"`),
  ]),
});

compareWithApache('<Files> as Apache reads it', {
  cases: files.flatMap((section) => [closedBy(section), openedBy(section)]),
});

compareWithApache('<Location> as Apache reads it', {
  cases: locations.flatMap((section) => [closedBy(section, urls), openedBy(section, urls)]),
});
