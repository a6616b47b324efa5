import { type Case, compareWithApache } from '../support/differential.js';

const open = '<Directory "$HERE">\nRequire all granted\n</Directory>';

function mounted(lines: string, requests: Case['requests'], more: Partial<Case> = {}): Case {
  return {
    name: `${lines.replaceAll('\n', '; ')} takes what it takes in Apache`,
    configuration: `${open}\n${lines}`,
    requests,
    ...more,
  };
}

const below = [
  '/app',
  '/app/',
  '/app/x',
  '/app/x/y',
  '/app//x',
  '//app',
  '/apple',
  '/App',
  '/app/x/',
  '/app?q=1',
  '/app/%41',
  '/app/a%20b',
  '/app/caf%C3%A9',
  '/app/./x',
  '/app/x/..',
];
const folder = [
  '/w',
  '/w/',
  '/w/one.wsgi',
  '/w/one.wsgi/',
  '/w/one.wsgi/x/y',
  '/w/below',
  '/w/below?q=1',
  '/w/below/',
  '/w/below/two.wsgi/z',
  '/w/missing',
  '/w/missing/x',
  '/wx',
];

const scripts: readonly Case[] = [
  mounted('WSGIScriptAlias /app $HERE/app.wsgi', below),
  mounted('WSGIScriptAlias /app/ $HERE/app.wsgi/', below),
  mounted('WSGIScriptAlias /app/ $HERE/app.wsgi', below),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi/', below),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi/prefix', below),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi/prefix/', below),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi/app', below),
  mounted('WSGIScriptAlias / $HERE/app.wsgi', ['/', '/x', '/x/', '/sub/f.txt', '//x', '/app.wsgi']),
  mounted('WSGIScriptAlias / $HERE/app.wsgi/', ['/', '/x', '/x/']),
  mounted('WSGIScriptAlias / $HERE/app.wsgi/pre', ['/', '/x', '/x/']),
  mounted('WSGIScriptAlias //app//x $HERE/app.wsgi', ['/app/x', '/app/x/y', '/app//x', '/app']),
  mounted('WSGIScriptAlias /w $HERE/scripts', folder),
  mounted('WSGIScriptAlias /w/ $HERE/scripts/', folder),
  mounted('WSGIScriptAlias /w $HERE/scripts/', folder),
  mounted('WSGIScriptAlias /w/ $HERE/scripts', folder),
  mounted('WSGIScriptAlias /w/ $HERE/scripts/\nDirectoryIndex one.wsgi', [
    '/w/',
    '/w',
    '/w/below/',
  ]),
  mounted('WSGIScriptAlias /gone $HERE/gone.wsgi', ['/gone', '/gone/x']),
  mounted('WSGIScriptAlias /gone $HERE/gone/below.wsgi', ['/gone', '/gone/x']),
  mounted('WSGIScriptAliasMatch ^/s/(\\w+) $HERE/scripts/$1.wsgi', [
    '/s/one',
    '/s/one/x',
    '/s/two',
    '/s/',
    '/x/s/one',
    '/s/one.wsgi',
  ]),
  mounted('WSGIScriptAliasMatch ^/s/(\\w+)/ $HERE/scripts/$1.wsgi/', [
    '/s/one',
    '/s/one/x',
    '/s/one/',
  ]),
  mounted('WSGIScriptAliasMatch /(app) $HERE/$1.wsgi', ['/app', '/x/app/y', '/apple']),
  mounted('WSGIScriptAliasMatch ^/any $HERE/app.wsgi', ['/any', '/any/x', '/anyx']),
  mounted('WSGIScriptAliasMatch ^/u/(.*)$ $HERE/app.wsgi/$1', ['/u/', '/u/x', '/u/x/y']),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi\nAcceptPathInfo Off', ['/app', '/app/', '/app/x']),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi\nAcceptPathInfo On', [
    '/app',
    '/app/x',
    '/f.txt/x',
    '/f.txt/',
    '/sub/x',
  ]),
  mounted(
    'WSGIScriptAlias /app/admin $HERE/scripts/one.wsgi\nWSGIScriptAlias /app $HERE/app.wsgi',
    ['/app/admin', '/app/admin/x', '/app/x', '/app/administrator'],
  ),
  mounted('Alias /app/static $HERE/sub\nWSGIScriptAlias /app $HERE/app.wsgi', [
    '/app/static/f.txt',
    '/app/static',
    '/app/statics',
    '/app/x',
  ]),
  mounted('WSGIScriptAlias /sub $HERE/app.wsgi', ['/sub', '/sub/', '/sub/f.txt', '/new/page.html']),
];

const aliases: readonly Case[] = [
  mounted('AliasMatch ^/m/(.*) $HERE/sub/$1\n<Files "gone">\nRequire all denied\n</Files>', [
    '/m/gone',
    '/m/gone/x/y',
    '/m/gone/index.html/x',
    '/m/deep/gone/x',
    '/m/x/gone',
  ]),
  mounted('MergeSlashes Off\n<LocationMatch "//">\nRequire all denied\n</LocationMatch>', [
    '//f.txt',
    '///sub/f.txt',
    '/sub//f.txt',
    '//sub//f.txt',
  ]),
  mounted('Alias /a $HERE/sub', [
    '/a',
    '/a/',
    '/a/f.txt',
    '/a/deep',
    '/ab',
    '/a//f.txt',
    '/a/missing',
    '/a/f.txt/x',
  ]),
  mounted('Alias /a/ $HERE/sub/', ['/a', '/a/', '/a/f.txt']),
  mounted('Alias /a/ $HERE/sub', ['/a', '/a/', '/a/f.txt']),
  mounted('Alias /a $HERE/sub/', ['/a', '/a/', '/a/f.txt', '/a/deep']),
  mounted('Alias /one $HERE/f.txt', ['/one', '/one/', '/one/x']),
  mounted('Alias /one $HERE/index.html/', ['/one', '/one/x']),
  mounted('Alias / $HERE/sub/', ['/', '/f.txt', '/deep/g.txt', '/deep']),
  mounted('Alias / $HERE/sub', ['/', '/f.txt', '/deep/g.txt']),
  mounted('AliasMatch ^/m/(.*) $HERE/sub/$1', [
    '/m/',
    '/m/f.txt',
    '/m/deep',
    '/m/deep/',
    '/m/deep/g.txt',
    '/m/f.txt/x',
  ]),
  mounted('AliasMatch ^/m $HERE/f.txt', ['/m', '/m/x', '/mx']),
  mounted('AliasMatch "^/(?<what>new)/(.*)" $HERE/$1/$2', ['/new/page.html', '/new/']),
  mounted('Alias /a/b $HERE/new\nAlias /a $HERE/sub', ['/a/b/page.html', '/a/f.txt', '/a/bc']),
];

const indexes: readonly Case[] = [
  {
    name: 'a folder is judged by its own URL, and its index by the own one',
    configuration: `DirectoryIndex f.txt index.html
SetEnvIf Request_URI "f[.]txt" FILE=1
SetEnvIf Request_URI "/$" FOLDER=1
<Directory "$HERE">\nRequire env FILE\n</Directory>
<Directory "$HERE/sub">\nRequire env FOLDER\n</Directory>
<Directory "$HERE/new">\nRequire env FOLDER FILE\n</Directory>`,
    files: { 'new/f.txt': 'new/f.txt\n' },
    requests: ['/', '/f.txt', '/sub/', '/sub/f.txt', '/new/', '/new/f.txt'],
  },
  {
    name: 'SetEnvIf of sections that hold for the index alone opens it for nobody',
    configuration: `${open}
DirectoryIndex f.txt index.html
<LocationMatch "f">
SetEnvIf Request_URI "f" OPEN=1
Require env OPEN
</LocationMatch>`,
    requests: ['/', '/f.txt', '/sub/', '/sub/f.txt', '/new/'],
  },
  {
    name: 'an index that is closed leaves the folder to the next one',
    configuration: `${open}
DirectoryIndex sub/f.txt f.txt /new/page.html
<Directory "$HERE/sub">\nRequire env OPEN\n</Directory>
<Files "f.txt">\nRequire env OPEN\n</Files>
SetEnvIf Request_URI open OPEN=1`,
    requests: ['/', '/sub/', '/new/'],
  },
  {
    name: 'where every index is closed so is the folder',
    configuration: `${open}
DirectoryIndex f.txt index.html
<Files "*.*">\nRequire method POST\n</Files>`,
    requests: ['/', '/sub/'],
  },
  mounted('DirectoryIndex f.txt', ['/', '/sub/', '/new/', '/sub']),
  mounted('DirectoryIndex nope.html f.txt', ['/', '/sub/']),
  mounted('DirectoryIndex nope.html /f.txt', ['/', '/sub/', '/new/']),
  mounted('DirectoryIndex sub/f.txt', ['/', '/sub/']),
  mounted('DirectoryIndex disabled', ['/', '/sub/']),
  mounted('DirectoryIndex f.txt\nDirectoryIndex index.html', ['/', '/sub/', '/new/']),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi\nDirectoryIndex /app', ['/', '/new/', '/new/?q=1']),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi\nDirectoryIndex /app/x', ['/', '/new/']),
  mounted('WSGIScriptAlias /new/app $HERE/app.wsgi\nDirectoryIndex app', ['/new/', '/']),
  mounted('Alias /new/x.html $HERE/f.txt\nDirectoryIndex x.html', ['/new/']),
  mounted('<Directory "$HERE/sub">\nDirectoryIndex f.txt\n</Directory>', [
    '/',
    '/sub/',
    '/sub/deep/',
  ]),
  mounted('<Files "index.html">\nRequire all denied\n</Files>\nDirectoryIndex index.html', [
    '/',
    '/sub/',
  ]),
  mounted('<Location "/index.html">\nRequire all denied\n</Location>', [
    '/',
    '/sub/',
    '/index.html',
  ]),
  mounted('<LocationMatch "^/$">\nRequire all denied\n</LocationMatch>', ['/', '/index.html']),
  mounted('DirectorySlash Off', ['/sub', '/sub/', '/new', '/new/']),
  mounted('<Location "/sub">\nDirectorySlash Off\n</Location>', ['/sub', '/new', '/sub/deep']),
  mounted('WSGIScriptAlias /w $HERE/scripts\nDirectorySlash Off', ['/w', '/w/below', '/w/below/']),
  mounted('DirectorySlash On', ['/sub?a=b', '/s%75b', '//sub', '/sub/deep']),
];

const methods: readonly Case[] = [
  {
    name: 'Require method GET lets HEAD in, and POST not',
    configuration:
      'WSGIScriptAlias /app $HERE/app.wsgi\n<Directory "$HERE">\nRequire method GET\n</Directory>',
    requests: [
      '/app',
      'HEAD /app',
      'POST /app',
      'OPTIONS /app',
      'DELETE /app',
      '/f.txt',
      'HEAD /f.txt',
    ],
  },
  {
    name: 'Require method HEAD lets GET in',
    configuration: '<Directory "$HERE">\nRequire method HEAD\n</Directory>',
    requests: ['/f.txt', 'HEAD /f.txt', 'OPTIONS /f.txt'],
  },
  {
    name: 'Require not method',
    configuration:
      'WSGIScriptAlias /app $HERE/app.wsgi\n<Directory "$HERE">\n<RequireAll>\nRequire all granted\nRequire not method GET\n</RequireAll>\n</Directory>',
    requests: ['/app', 'HEAD /app', 'POST /app'],
  },
  mounted('WSGIScriptAlias /app $HERE/app.wsgi', [
    'OPTIONS /app',
    'POST /app',
    'PUT /app',
    'DELETE /app',
    'PATCH /app',
  ]),
  mounted('WSGIScriptAlias /app $HERE/app.wsgi\nDirectoryIndex index.html', [
    'OPTIONS /f.txt',
    'OPTIONS /missing',
    'OPTIONS /sub/',
    'OPTIONS /sub',
    'OPTIONS /',
    'PUT /f.txt',
    'DELETE /f.txt',
    'PATCH /f.txt',
    'POST /f.txt',
    'POST /sub',
    'POST /sub/',
    'HEAD /sub',
    'HEAD /f.txt',
  ]),
];

const groups: readonly Case[] = [
  mounted(
    'WSGIScriptAlias /app $HERE/app.wsgi\n<LocationMatch "^/app/(?<tenant>[^/]+)(?:/(?<page>.*))?">\n</LocationMatch>',
    ['/app', '/app/blue', '/app/blue/x/y', '/app/red'],
  ),
  mounted(
    'WSGIScriptAlias /app $HERE/app.wsgi\n<FilesMatch "^(?<name>.+)[.](?<ending>\\w+)$">\n</FilesMatch>',
    ['/app', '/app/x'],
  ),
  mounted(
    'WSGIScriptAlias /app $HERE/app.wsgi\n<DirectoryMatch "/(?<last>[^/]+)$">\n</DirectoryMatch>',
    ['/app', '/app/x'],
  ),
  mounted(
    'WSGIScriptAlias /w $HERE/scripts\n<DirectoryMatch "/scripts/(?<last>[^/]+)">\n</DirectoryMatch>\n<LocationMatch "/(?<LAST>[^/]+)$">\n</LocationMatch>',
    ['/w/one.wsgi', '/w/below/two.wsgi/x'],
  ),
  mounted(
    'WSGIScriptAlias /app $HERE/app.wsgi\n<LocationMatch "^/app/(?<secret>open)?">\nRequire env MATCH_SECRET\n</LocationMatch>',
    ['/app/open', '/app/x'],
  ),
  mounted(
    'WSGIScriptAlias /app $HERE/app.wsgi\n<LocationMatch "^/app/(?<t>\\w+)">\nSetEnvIf MATCH_T "^(b.*)" T=$1\nSetEnv MATCH_T mine\n</LocationMatch>',
    ['/app/blue', '/app/red'],
    { environ: ['T'] },
  ),
  mounted(
    'WSGIScriptAlias /app $HERE/app.wsgi\n<LocationMatch "^/app/(?P<py>\\w+)">\n</LocationMatch>\n<Location ~ "^/app/(?<tilde>\\w+)">\n</Location>',
    ['/app/blue'],
  ),
  mounted('WSGIScriptAliasMatch "^/(?<what>app)" $HERE/app.wsgi', ['/app/blue']),
];

const php: readonly Case[] = [
  mounted('<Files "*.php">\nRequire all denied\n</Files>', [
    '/app.php',
    '/app.php/',
    '/app.php/x',
    '/app.phps',
  ]),
  mounted('<FilesMatch "[.]php$">\nRequire all denied\n</FilesMatch>', [
    '/app.php',
    '/app.php/x',
    '/sub/x.php',
    '/sub/x.php/y',
  ]),
  mounted('<Directory "$HERE/sub">\n<Files "f*">\nRequire all denied\n</Files>\n</Directory>', [
    '/f.txt',
    '/sub/f.txt',
    '/sub/f.txt/x',
    '/sub/index.html',
  ]),
  mounted(
    '<DirectoryMatch "/sub/">\n<Files "f*">\nRequire all denied\n</Files>\n</DirectoryMatch>',
    ['/f.txt', '/sub/f.txt', '/sub/fx'],
  ),
];

const merging: readonly Case[] = [
  ...(['', 'Off', 'And', 'Or'] as const).flatMap((how) =>
    [
      ['Require all granted', 'Require all denied'],
      ['Require all denied', 'Require all granted'],
      ['Require method GET', 'Require env OPEN'],
      [
        'Require all denied',
        '<RequireAll>\nRequire all granted\nRequire not method POST\n</RequireAll>',
      ],
    ].map(([outer, inner]) => ({
      name: `AuthMerging ${how || 'unstated'}: ${inner} within ${outer}`.replaceAll('\n', ' '),
      configuration: `WSGIScriptAlias /app $HERE/app.wsgi
SetEnvIf Request_URI open OPEN=1
<Directory "$HERE">\n${outer}\n</Directory>
<Location "/app">\n${how && `AuthMerging ${how}\n`}${inner}\n</Location>`,
      requests: ['/app/open', '/app/x', 'POST /app/open', 'POST /app/x', '/f.txt'],
    })),
  ),
  {
    name: 'AuthMerging three deep',
    configuration: `<Directory "$HERE">\nRequire method GET\n</Directory>
<Directory "$HERE/sub">\nAuthMerging And\nRequire env OPEN\n</Directory>
<Location "/sub">\nAuthMerging Or\nRequire method POST\n</Location>
SetEnvIf Request_URI f.txt OPEN=1`,
    requests: [
      '/f.txt',
      '/sub/f.txt',
      '/sub/index.html',
      'OPTIONS /sub/index.html',
      'OPTIONS /f.txt',
    ],
  },
  {
    name: 'AuthMerging of the last of several Files counts for all of them',
    configuration: `<Directory "$HERE">\nRequire all granted\n</Directory>
<Files "f.txt">\nRequire all denied\n</Files>
<Files "[a-n]*">\nAuthMerging Or\nRequire method POST\n</Files>`,
    requests: ['/f.txt', '/sub/f.txt', '/sub/index.html', '/missing'],
  },
  {
    name: 'AuthMerging without Require',
    configuration: `<Directory "$HERE">\nRequire all granted\n</Directory>
<Location "/sub">\nAuthMerging And\n</Location>
<Location "/sub/f.txt">\nRequire all denied\n</Location>
<Location "/new">\nRequire all denied\n</Location>
<Location "/new/page.html">\nAuthMerging Or\n</Location>`,
    requests: ['/f.txt', '/sub/f.txt', '/sub/index.html', '/new/page.html', '/new/'],
  },
  {
    name: 'AuthMerging in Files',
    configuration: `<Directory "$HERE">\nRequire all granted\n<Files "f.txt">\nAuthMerging And\nRequire env OPEN\n</Files>\n</Directory>
SetEnvIf Request_URI sub OPEN=1`,
    requests: ['/f.txt', '/sub/f.txt', '/sub/index.html'],
  },
];

const slashes = [
  '/app/a%2Fb',
  '/app/a%2fb/c%20d',
  '/app%2Fx',
  '/sub%2Ff.txt',
  '/app/%2F',
  '/app/a%2F..%2Fb',
  '/app/%2e%2e%2Fsub',
  '/app/a%252Fb',
  '/app/%00',
  '/app//x',
  '/app///x//y',
  '//app/x',
  '/sub//f.txt',
  '//sub/f.txt',
  '/sub/f.txt%2F',
  '/%2Fsub/f.txt',
  '/app/x//',
  '/app/./x',
  '/app/../sub/f.txt',
  '/../x',
  '/app//../x',
  '/app/x//../y',
  '/sub//./f.txt',
  '/app/a%2F%2Fb',
];

const encoded: readonly Case[] = [
  mounted('MergeSlashes Off', ['//sub', '/sub//deep', '///sub?q=1', '//sub//deep']),
  ...[
    '',
    'AllowEncodedSlashes Off',
    'AllowEncodedSlashes On',
    'AllowEncodedSlashes NoDecode',
    'MergeSlashes Off',
    'MergeSlashes On',
    'MergeSlashes Off\nAllowEncodedSlashes On',
    'MergeSlashes Off\nAllowEncodedSlashes NoDecode',
  ].map((lines) => mounted(`${lines}\nWSGIScriptAlias /app $HERE/app.wsgi`.trim(), slashes)),
  mounted('MergeSlashes Off\nAlias /a/b $HERE/sub', [
    '/a/b/f.txt',
    '/a//b/f.txt',
    '//a/b//f.txt',
    '/a/b//',
  ]),
  mounted(
    'MergeSlashes Off\n<Location "/sub/f.txt">\nRequire all denied\n</Location>\n<LocationMatch "^/new//">\nRequire all denied\n</LocationMatch>',
    ['/sub/f.txt', '/sub//f.txt', '//sub/f.txt', '/new/page.html', '/new//page.html'],
  ),
  mounted(
    'AllowEncodedSlashes NoDecode\n<Location "/sub/f.txt">\nRequire all denied\n</Location>',
    ['/sub/f.txt', '/sub%2Ff.txt', '/sub%2ff.txt'],
  ),
  mounted('AllowEncodedSlashes On\n<Location "/sub/f.txt">\nRequire all denied\n</Location>', [
    '/sub/f.txt',
    '/sub%2Ff.txt',
    '/sub/%2Ff.txt',
    '/sub%2F%2Ff.txt',
  ]),
];

compareWithApache('scripts are mounted as in Apache', { cases: scripts });
compareWithApache('aliases take what they take in Apache', { cases: aliases });
compareWithApache('folders are answered as in Apache', { cases: indexes });
compareWithApache('methods are allowed as in Apache', { cases: methods });
compareWithApache('named groups become variables as in Apache', { cases: groups });
compareWithApache('files are closed as in Apache', { cases: php });
compareWithApache('AuthMerging joins rules as in Apache', { cases: merging });
compareWithApache('encoded and repeated slashes are read as in Apache', { cases: encoded });
