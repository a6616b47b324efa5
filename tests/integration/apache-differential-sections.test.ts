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

/** What holds where several sections do, whose order in the file says otherwise. */
function ordered(...sections: readonly string[]): Case {
  return {
    name: `${sections.join(', then ')}: the one that counts last in Apache`,
    configuration: sections
      .map((section, index) => {
        const kind = section.split(' ')[0];
        const rule = index % 2 === 0 ? 'Require all granted' : 'Require all denied';
        return `<${section}>\n${rule}\nSetEnv LAST ${index}\n</${kind}>`;
      })
      .join('\n')
      .concat(`\n${application}`),
    requests: [
      '/',
      '/f.txt',
      '/sub/f.txt',
      '/sub/deep/g.txt',
      '/app',
      '/app/x',
      '/scripts/one.wsgi',
    ],
    environ: ['LAST'],
  };
}

const orders = [
  ordered('Directory "$HERE/sub"', 'Directory "$HERE"'),
  ordered('Directory "$HERE"', 'Directory "$HERE/*"', 'Directory "$HERE/sub"'),
  ordered('Directory "$HERE/s*"', 'Directory "$HERE/sub"', 'Directory "$HERE/?ub"'),
  ordered('Directory "$HERE/sub/deep"', 'Directory "/*/*/*/*/*/*"', 'Directory "$HERE"'),
  ordered('DirectoryMatch "/sub"', 'Directory "$HERE"'),
  ordered('DirectoryMatch "/"', 'DirectoryMatch "."'),
  ordered('DirectoryMatch "."', 'DirectoryMatch "/"'),
  ordered('DirectoryMatch "/[^/]+/"', 'DirectoryMatch "/root/"', 'DirectoryMatch "root"'),
  ordered('DirectoryMatch "root"', 'DirectoryMatch "/root/"', 'DirectoryMatch "o"'),
  ordered('Directory ~ "/root"', 'DirectoryMatch "root"', 'Directory ~ "/root/"'),
  ordered('Files "*"', 'Directory "$HERE"'),
  ordered('Files "*.txt"', 'Files "*"', 'FilesMatch "f"'),
  ordered('Location "/sub"', 'Directory "$HERE"', 'Files "*"'),
  ordered('Location "/sub/f.txt"', 'Location "/"', 'LocationMatch "app"'),
  ordered('Location "/"', 'Location "/sub"', 'Location "/*"'),
];

compareWithApache('of several sections the one that counts last in Apache', { cases: orders });

compareWithApache('and those of the main server count before those of a host', {
  server: `
<Directory "$HERE/*/root/sub">\nRequire all denied\n</Directory>
<DirectoryMatch "/root/new/">\nRequire all granted\n</DirectoryMatch>
<Files "g.txt">\nRequire all denied\n</Files>
<Location "/app">\nRequire all denied\nSetEnv LAST main\n</Location>
DirectoryIndex f.txt`,
  cases: [
    {
      name: 'where the host says nothing of the same',
      configuration: `${open}\n${application}`,
      requests: everyPlace,
    },
    {
      name: 'where it says something of the same',
      configuration: `${open}\n${application}
<Directory "$HERE/sub">\nRequire all granted\n</Directory>
<DirectoryMatch "new">\nRequire all denied\n</DirectoryMatch>
<Files "g*">\nRequire all granted\n</Files>
<Location "/">\nSetEnv LAST host\n</Location>
<Location "/app/x">\nRequire all granted\n</Location>
DirectoryIndex index.html`,
      requests: [...everyPlace, '/new/page.html'],
      environ: ['LAST'],
    },
  ],
});

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
