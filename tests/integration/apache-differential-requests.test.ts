import { type Case, compareWithApache, type Request } from '../support/differential.js';

const open = '<Directory "$HERE">\nRequire all granted\n</Directory>';
const mounted = `${open}\nWSGIScriptAlias /app $HERE/app.wsgi`;
const names = ['SERVER_NAME', 'SERVER_PORT', 'HTTP_HOST', 'mod_wsgi.application_group'];
/** Where two servers listen on two ports, only what is said of a third one can be compared as it is. */
const invented = 'an invented port would start an application group of its own';

function to(...hosts: string[]): Request[] {
  return hosts.map((host) => ({ ask: '/app/x', host }));
}

const canonical: readonly Case[] = [
  {
    name: 'without UseCanonicalName the client says name and port',
    configuration: mounted,
    environ: names.slice(0, 3),
    requests: to('case0.test', 'CASE0.test.', 'case0.test:80', 'case0.test:99', 'case0.test:$PORT'),
  },
  {
    name: 'with UseCanonicalName On ServerName says both',
    configuration: `${mounted}\nUseCanonicalName On`,
    environ: names,
    requests: to('case1.test', 'CASE1.test.', 'case1.test:80', 'case1.test:99', 'case1.test:443'),
  },
  {
    name: 'with UseCanonicalPhysicalPort On the port of the connection counts where the client says none',
    configuration: `${mounted}\nUseCanonicalPhysicalPort On\nWSGIApplicationGroup %{SERVER}`,
    environ: names,
    requests: to('case2.test', 'case2.test:80', 'case2.test:443', 'case2.test:$PORT'),
  },
  {
    name: 'with both, ServerName counts, then the port of the connection',
    configuration: `${mounted}\nUseCanonicalName On\nUseCanonicalPhysicalPort On`,
    environ: names,
    requests: to('case3.test', 'case3.test:80', 'case3.test:$PORT'),
  },
  {
    name: 'sections can say otherwise',
    configuration: `${mounted}
<Location /app/on>
UseCanonicalName On
</Location>
<Location /app/physical>
UseCanonicalPhysicalPort On
</Location>
<Directory "$HERE">
UseCanonicalName Off
</Directory>`,
    environ: names.slice(0, 3),
    requests: [
      { ask: '/app/on', host: 'case4.test:99' },
      { ask: '/app/physical', host: 'case4.test' },
      { ask: '/app/other', host: 'case4.test:99' },
    ],
  },
  {
    name: 'names of groups have the port that the server calls its own',
    configuration: `${mounted}\nWSGIApplicationGroup %{RESOURCE}`,
    environ: ['mod_wsgi.application_group'],
    requests: [
      ...to('case5.test', 'case5.test:443', 'case5.test:$PORT'),
      {
        ask: '/app/x',
        host: 'case5.test:99',
        here: '200 | the application | SCRIPT_NAME="/app" | PATH_INFO="/x" | mod_wsgi.application_group="case5.test|/app"',
        why: invented,
      },
    ],
  },
  {
    name: 'redirects lead to what the server calls itself',
    configuration: `${open}\nUseCanonicalName On`,
    requests: [
      { ask: '/sub', host: 'case6.test:99' },
      { ask: '/sub?a=b', host: 'case6.test' },
      { ask: '/sub', host: 'CASE6.test.' },
    ],
  },
  {
    name: 'redirects lead to the port of the connection',
    configuration: `${open}\nUseCanonicalPhysicalPort On`,
    requests: [
      { ask: '/sub', host: 'case7.test' },
      { ask: '/sub', host: 'case7.test:99' },
    ],
  },
  {
    name: 'redirects lead where the client is',
    configuration: open,
    requests: [
      { ask: '/sub', host: 'case8.test' },
      { ask: '/sub?x', host: 'case8.test:99' },
    ],
  },
];

/** Of which a client chooses the name. */
const named: readonly Case[] = [
  {
    name: 'a group can have the name that the client says',
    configuration: `${mounted}\nWSGIApplicationGroup %{HOST}`,
    environ: ['mod_wsgi.application_group'],
    requests: to('case0.test', 'CASE0.test.:80', 'case0.test:$PORT'),
  },
  {
    name: 'only the port of that name is that of ServerName with UseCanonicalName On',
    configuration: `${mounted}\nWSGIApplicationGroup %{HOST}\nUseCanonicalName On\nServerAlias alias.test`,
    environ: ['mod_wsgi.application_group'],
    requests: to('case1.test', 'CASE1.test.:99', 'alias.test', 'ALIAS.test.:80'),
  },
];

const targets: readonly Case[] = [
  {
    name: 'a target with a fragment is refused',
    configuration: mounted,
    environ: ['REQUEST_URI'],
    requests: [
      '/app/a#b',
      '/app?a#b',
      '/app/#',
      '/app/a%23b',
      '/f.txt#x',
      'http://case0.test/app#',
    ],
  },
  {
    name: 'an absolute target names the host, and is REQUEST_URI as it was sent',
    configuration: mounted,
    environ: ['REQUEST_URI', 'HTTP_HOST', 'QUERY_STRING'],
    requests: [
      'http://case1.test/app/x?y=1',
      'HTTP://case1.test/app',
      'http://case1.test:99/app/%41/../b',
      { ask: 'http://case1.test/app/x', host: 'elsewhere.test' },
      'http://case1.test',
      'http://case1.test?q',
      'http://user@case1.test/app',
      'ftp://case1.test/app',
      { ask: 'https://other.test/app/x', host: 'case1.test' },
      '//case1.test/app/x',
    ],
  },
];

/** What is put into the environ, by what stands in a request. */
const variables: readonly Case[] = [
  {
    name: 'a pattern as header name chooses the last header with such a name',
    configuration: `${mounted}
SetEnvIf ^X-Custom (.*) A=got$1
SetEnvIf X-Custom.* ^$ B=none
SetEnvIf x-custom-[0-9] (.+) C=$1
SetEnvIf "^(Foo|Bar)$" "(.*)" D=$1
SetEnvIf Remote_.* . E=1
SetEnvIfNoCase x-custom-[0-9] (.+) F=$1
SetEnvIf X.Y (.*) G=$1
`,
    environ: ['A', 'B', 'C', 'D', 'E', 'F', 'G'],
    requests: [
      '/app',
      ...[
        { 'X-Custom-One': '1' },
        { 'X-Custom-One': '1', 'X-Custom-Two': '2' },
        { 'X-Custom-Two': '2', 'X-Custom-One': '1', 'x-custom': '0' },
        { 'My-X-Custom': 'no' },
        { 'X-Custom-3': 'q' },
        { Foo: '2', Bar: '1', foo: '3' },
        { Bar: '1', Foo: '2' },
        { XaY: '1' },
      ].map((headers) => ({ ask: '/app', headers })),
    ],
  },
  {
    name: 'a pattern as header name holds in sections too',
    configuration: `${mounted}
<Location /app>
SetEnvIf ^X-(Custom|Other)$ (.*) A=$1
</Location>`,
    environ: ['A'],
    requests: ['/app', { ask: '/app', headers: { 'X-Other': 'o' } }],
  },
  {
    name: 'groups stand in values, unless the pattern is plain text',
    configuration: `${mounted}
SetEnvIf Foo abc A=[$0][$1]
SetEnvIf Foo "abc" B=a\\b
SetEnvIf Foo "a(b)c" C=a\\b\\\\c
SetEnvIf Foo "^abc$" D=[$0]$
SetEnvIf Foo "abc|x" E=$a$$0
SetEnvIfNoCase Foo ABC F=[$0]
SetEnvIf Foo "\\.x" G=[$0]
SetEnvIf Foo "(z)?a(b)" H=[$1][$2][$3]`,
    environ: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'],
    requests: ['abc', 'ABC', 'a.x', 'x', 'zab'].map((Foo) => ({ ask: '/app', headers: { Foo } })),
  },
  {
    name: 'Request_URI is the path as sent, in sections as it was read',
    configuration: `${mounted}
SetEnvIf Request_URI (.*) A=$1
<Location /app>
SetEnvIf Request_URI (.*) B=$1
</Location>`,
    environ: ['A', 'B'],
    requests: ['/app/x?q', '/app/%41/../b//c', '/app//x', 'http://case3.test/app/%42?c'],
  },
  {
    name: 'expressions are those of PCRE, where a line feed is a character like others',
    configuration: `${mounted}
<Location /app>
SetEnvIf Request_URI ^/app/a.b$ A=1
SetEnvIf Request_URI ^/app/c$ B=1
SetEnvIf Request_URI \\s$ C=1
SetEnvIf Request_URI ^/app/[[:alpha:]]+$ D=1
SetEnvIf Request_URI (?i)/DD E=1
SetEnvIf Request_URI /(?<word>e+)/\\g{word}$ F=1
SetEnvIf Request_URI /\\Qx.y\\E G=1
SetEnvIfNoCase Request_URI /É H=1
</Location>`,
    environ: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'],
    requests: [
      ...['/a%0Ab', '/c', '/c%0A', '/x%A0', '/x%0B', '/dd', '/ee/ee', '/x.y', '/xay'],
      ...['/%C3%89', '/%C3%A9', '/%E9'],
    ].map((path) => `/app${path}`),
  },
  {
    name: 'patterns that nest repetitions take what they take in PCRE',
    configuration: `${mounted}
<Location /app>
SetEnvIf Request_URI "^/app/(?:(a)|(b)|-)*$" A=$1,$2
SetEnvIf Request_URI "^/app/((\\w+)-?)*x$" B=$1,$2
SetEnvIf Request_URI "(.*)(-.*)*$" C=$1,$2
</Location>`,
    environ: ['A', 'B', 'C'],
    requests: ['/ab', '/a-b-', '/ba', '/foo-bar-x', '/foo--x', '/-x', '/'].map(
      (path) => `/app${path}`,
    ),
  },
];

const validators: readonly Case[] = [
  {
    name: 'a copy is not from the future',
    configuration: open,
    requests: [
      'Fri, 01 Jan 2100 00:00:00 GMT',
      'Sat, 01 Jan 2000 00:00:00 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'nonsense',
      '',
    ].map((date) => ({ ask: '/f.txt', headers: { 'If-Modified-Since': date } })),
  },
  {
    name: 'a copy of now is good',
    configuration: open,
    requests: ['/f.txt', 'HEAD /f.txt'].map((ask) => ({
      ask,
      headers: {
        'If-Modified-Since': new Date(Date.now() + 1000).toUTCString(),
        'If-None-Match': '"x"',
      },
    })),
  },
];

compareWithApache('the server calls itself what Apache would', { cases: canonical });
compareWithApache('groups have the names that they have in mod_wsgi', { cases: named });
compareWithApache('targets are read as Apache reads them', { cases: targets });
compareWithApache('variables are set as in Apache', { cases: variables });
compareWithApache('files are answered as in Apache', { cases: validators });
