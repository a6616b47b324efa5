import { type Losses, nothing, place, prefix, regex, variables } from './loss.js';
import { oldAccessIn, opensToAll } from './old-access.js';
import { redirect, redirectMatch, rewriteRule } from './redirect-losses.js';
import { foreignModuleOf } from './tables/foreign.js';
import { type Node, wordsOf } from './tree.js';

type Judge = (words: readonly string[], siblings: readonly Node[]) => Losses;

const allFiles: Losses = [{ kind: 'files' }];

/** Judges a directive or section that is not taken; `siblings` are the nodes of the same section. */
export function lossesOf(node: Node, siblings: readonly Node[]): Losses {
  const name = node.name.toLowerCase();
  if (node.kind === 'skipped') return nothing;
  if (node.kind === 'section') return sectionLosses(node, siblings);
  const judge = judges[name];
  if (judge) return judge(wordsOf(node), siblings);
  if (guards.test(name)) return place;
  const foreign = foreignModuleOf(name);
  if (foreign?.guards) return place;
  return soundsLikeGuard(name) && !parameters.test(name) && !ordinary.test(name) ? place : nothing;
}

/** For directives that nobody knows: what their name says is all there is. */
export function soundsLikeGuard(name: string): boolean {
  return /access|auth|allow|deny|forbid|block|require|limit|restrict|protect|guard|secur|verif|firewall|permit|trust|white|black|acl|captcha/i.test(
    name,
  );
}

/** Sections whose content does not concern the place that they stand in. */
const elsewhere =
  /^(proxy|proxymatch|macro|authnprovideralias|authzprovideralias|mdomain|mdomainset|wsgiinterpreteroptions|virtualhost)$/;

function sectionLosses(
  section: Extract<Node, { kind: 'section' }>,
  siblings: readonly Node[],
): Losses {
  const name = section.name.toLowerCase();
  if (elsewhere.test(name)) return nothing;
  if (/^(lua|perl|require(all|any|none)$)/.test(name)) return place;
  if (isConditionName(name))
    return section.children.flatMap((child) => lossesOf(child, [...siblings, ...section.children]));
  // A status page that is not here needs no guard.
  if (section.children.some(isStatusPage)) return nothing;
  return section.children.some((child) => lossesOf(child, section.children).length > 0)
    ? place
    : nothing;
}

function isConditionName(name: string): boolean {
  return /^if(define|module|file|version)$/.test(name);
}

/** Handlers that run no programs: pages about the server, and files with headers of their own. */
export const statusPage =
  /^(server-(status|info)|balancer-manager|ldap-status|md-status|jk-status|imap-file|type-map|send-as-is)$/i;

function isStatusPage(node: Node): boolean {
  return node.name.toLowerCase() === 'sethandler' && statusPage.test(wordsOf(node)[0] ?? '');
}

/** Whatever they say, they forbid something, or send it elsewhere. */
const guards =
  /^(use|chrootdir|regexdefaultoptions|sslrequire|sslrequiressl|wsgiaccessscript|wsgirestrictprocess|luahook\w+|luamaphandler|luaquickhandler|proxyexpressenable|jkmountfile|\w*access(handler|checker|script)|\w*authen?handler|\w*authzhandler)$/;

/** Of the modules of Apache itself: they guard nothing without a `Require`, and that is understood. */
const parameters =
  /^(auth(name|userfile|groupfile|(basic|digest|form|dbm|dbd|ldap|ncache|nzfcgi|zdbd|zdbm)\w+|zsendforbiddenonfailure)|anonymous\w*|ldap\w+|session\w*|dbd\w+)$/;

/** Names of directives that are understood, or known to guard nothing, though they sound so. */
const ordinary =
  /^(allow(override|encodedslashes|connect)|accessfilename|limit(request|xml|internal)|rlimit|serverlimit|threadlimit|authmerging|ssl|proxy|deflate|wsgi|cookiesecure$)/;

const judges: Readonly<Record<string, Judge>> = {
  require: ([kind, value]) =>
    kind?.toLowerCase() === 'all' && value?.toLowerCase() === 'granted' ? nothing : place,
  order: oldAccess,
  allow: oldAccess,
  deny: oldAccess,
  satisfy: () => nothing,
  authtype: ([type], siblings) =>
    type?.toLowerCase() === 'none' || siblings.some(isRequire) ? nothing : place,
  allowmethods: ([first]) => (first?.toLowerCase() === 'reset' ? nothing : place),
  stricthostcheck: unlessOff,
  sslengine: unlessOff,
  gnutlsenable: unlessOff,
  nssengine: unlessOff,
  tlsengine: () => place,
  sslverifyclient: unlessOff,
  nssverifyclient: unlessOff,
  gnutlsclientverify: ([first]) => (first?.toLowerCase() === 'ignore' ? nothing : place),
  mdrequirehttps: unlessOff,
  redirect,
  redirectmatch: redirectMatch,
  redirectpermanent: (words) => redirect(words),
  redirecttemp: (words) => redirect(words),
  rewriterule: rewriteRule,
  proxypass: ([first, target]) =>
    target === '!' || first === '!' ? nothing : first?.startsWith('/') ? prefix(first) : place,
  proxypassmatch: ([first, target]) => (target === '!' ? nothing : target ? regex(first) : place),
  jkmount: ([first]) =>
    first?.startsWith('/')
      ? regex(`^${first.split('*')[0]!.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')}`)
      : place,
  alias: ([first]) => prefix(first),
  aliasmatch: ([first]) => regex(first),
  scriptalias: ([first]) => prefix(first),
  scriptaliasmatch: ([first]) => regex(first),
  virtualscriptalias: () => prefix('/cgi-bin/'),
  virtualscriptaliasip: () => prefix('/cgi-bin/'),
  wsgiscriptalias: ([first]) => prefix(first),
  wsgiscriptaliasmatch: ([first]) => regex(first),
  sethandler: ([handler = '']) => {
    if (/^(none|default-handler)$/i.test(handler) || statusPage.test(handler)) return nothing;
    return handler.toLowerCase() === 'wsgi-script' ? allFiles : place;
  },
  addhandler: ([handler = '', ...endings]) =>
    statusPage.test(handler) || handler.toLowerCase() === 'default-handler'
      ? nothing
      : files(endings),
  addtype: ([type = '', ...endings]) => (isProgram(type) ? files(endings) : nothing),
  forcetype: ([type = '']) => (isProgram(type) ? allFiles : nothing),
  action: ([type = '']) => (type.includes('/') && !isProgram(type) ? allFiles : nothing),
  xbithack: ([first]) => (first?.toLowerCase() === 'off' ? nothing : allFiles),
  setoutputfilter: ([filters]) => (areHarmless(filters) ? nothing : place),
  setinputfilter: ([filters]) => (areHarmless(filters) ? nothing : place),
  addinputfilter: ([filters]) => (areHarmless(filters) ? nothing : place),
  addoutputfilter: ([filters, ...endings]) => (areHarmless(filters) ? nothing : files(endings)),
  addoutputfilterbytype: ([filters]) => (areHarmless(filters) ? nothing : allFiles),
  filterchain: (words) =>
    words.every((word) => areHarmless(word.replace(/^[+=@!-]/, ''))) ? nothing : allFiles,
  requestheader: ([action = '', header = '']) =>
    /^(set|unset|edit\*?)$/i.test(action) && tellsWho.test(header) ? place : nothing,
  remoteipheader: address,
  remoteipproxyprotocol: ([first]) => (first?.toLowerCase() === 'off' ? nothing : address()),
  rpafenable: ([first]) => (/^(off|0)$/i.test(first ?? '') ? nothing : address()),
  rpaf_enable: ([first]) => (/^(off|0)$/i.test(first ?? '') ? nothing : address()),
  cloudflareremoteipheader: address,
  mefaccept: address,
  proxyprotocol: ([first]) => (first?.toLowerCase() === 'off' ? nothing : address()),
  setenvifexpr: variables,
  geoipenable: ([first]) => (first?.toLowerCase() === 'off' ? nothing : variables()),
  maxminddbenable: ([first]) => (first?.toLowerCase() === 'off' ? nothing : variables()),
  secruleengine: ([first]) => (/^(off|detectiononly)$/i.test(first ?? '') ? nothing : place),
  cgipassauth: () => nothing,
};

function unlessOff([first = '']: readonly string[]): Losses {
  return /^(off|none|0)$/i.test(first) ? nothing : place;
}

function oldAccess(_: readonly string[], siblings: readonly Node[]): Losses {
  const stated = oldAccessIn(siblings);
  return stated && opensToAll(stated) ? nothing : place;
}

function isRequire({ name }: Node): boolean {
  return /^require(all|any|none)?$/i.test(name);
}

/** Types by which Apache's modules know programs. */
function isProgram(type: string): boolean {
  return /x-httpd-|httpd\/|x-php|x-(fast)?cgi/i.test(type);
}

/** Filters that leave what a client may see as it is. */
function areHarmless(filters = ''): boolean {
  return filters
    .split(';')
    .every((filter) =>
      /^(none|deflate|inflate|brotli_compress|rate_limit|xml2enc|)$/i.test(filter),
    );
}

/** Headers by which a front server tells an application who the client is. */
const tellsWho = /user|auth|login|ident|remote|role|group|cert|verify|-dn\b|ssl|client/i;

function files(endings: readonly string[]): Losses {
  return endings.length > 0
    ? [{ kind: 'files', endings: endings.map((ending) => ending.replace(/^\./, '')) }]
    : nothing;
}

function address(): Losses {
  return [{ kind: 'address' }];
}
