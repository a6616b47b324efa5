import { whyNotLinear } from '../patterns/pattern.js';
import type { UrlPattern } from './config.js';
import { oldAccessIn, opensToAll } from './old-access.js';
import { foreignModuleOf } from './tables/foreign.js';
import { type Node, wordsOf } from './tree.js';

/** What would be open, or shown, where a directive is passed over. */
export type Loss =
  /** Every request in the scope that the directive stands in. */
  | { readonly kind: 'place' }
  /** Every request of a part of the URLs. */
  | { readonly kind: 'url'; readonly url: UrlPattern }
  /** Files are programs: all of the scope, or those with one of the endings (without dot). Mounts still work. */
  | { readonly kind: 'files'; readonly endings?: readonly string[] }
  /** Who the client is: what is required of addresses cannot be judged. */
  | { readonly kind: 'address' }
  /** A variable of the request that a `Require env` may ask for. */
  | { readonly kind: 'variables' };

type Losses = readonly Loss[];
type Judge = (words: readonly string[], siblings: readonly Node[]) => Losses;

const nothing: Losses = [];
const place: Losses = [{ kind: 'place' }];
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

const statusPage =
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
  redirectmatch: (words) => redirect(words).map(asRegex),
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

/** `[status] [URL-path] [URL]`; a status that forbids and one that leads elsewhere close alike. */
function redirect(words: readonly string[]): Losses {
  const status = /^(permanent|temp|seeother|gone|\d{3})$/i.test(words[0] ?? '');
  const rest = status ? words.slice(1) : words;
  const [path] = rest;
  // Within a <Location> the URL-path may be left out.
  const alone = rest.length < 2 && !/^(gone|[45]\d\d)$/i.test(status ? words[0]! : '');
  return path === undefined || alone
    ? place
    : [{ kind: 'url', url: { kind: 'prefix', prefix: path } }];
}

/** The first word of a RedirectMatch stands where that of a Redirect has its path. */
function asRegex(loss: Loss): Loss {
  return loss.kind === 'url' && loss.url.kind === 'prefix' ? regex(loss.url.prefix)[0]! : loss;
}

/** Flags that neither forbid nor lead elsewhere. */
const idleFlags =
  /^(E|ENV|L|LAST|END|NC|NOCASE|NE|NOESCAPE|PT|PASSTHROUGH|S|SKIP|C|CHAIN|CO|COOKIE|QS\w+|B\w*|DPI|DISCARDPATH|NS|NOSUBREQ|N|NEXT)$/;

/** A rule that changes the URL takes it from what would answer here; its conditions could only narrow that. */
function rewriteRule(
  [pattern = '', substitution = '', flagText = '']: readonly string[],
  siblings: readonly Node[],
): Losses {
  const engine = siblings.findLast(({ name }) => name.toLowerCase() === 'rewriteengine');
  if (engine && /^off$/i.test(wordsOf(engine)[0] ?? '')) return nothing;
  const flags = flagText
    .replace(/^\[|\]$/g, '')
    .split(',')
    .map((flag) => flag.trim().split('=')[0]!.toUpperCase())
    .filter(Boolean);
  const sets: Losses = flags.some((flag) => flag === 'E' || flag === 'ENV') ? variables() : nothing;
  if (substitution === '-' && flags.every((flag) => idleFlags.test(flag))) return sets;
  if (pattern.startsWith('!')) return [...place, ...sets];
  const anyCase = flags.some((flag) => flag === 'NC' || flag === 'NOCASE');
  return [...regex(anyCase ? `(?i)${pattern}` : pattern), ...sets];
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

function prefix(path: string | undefined): Losses {
  return path?.startsWith('/') ? [{ kind: 'url', url: { kind: 'prefix', prefix: path } }] : place;
}

/** A pattern that clients could make slow is not worth the precision. */
function regex(source = ''): Losses {
  try {
    if (whyNotLinear(source) !== undefined) return place;
    return [{ kind: 'url', url: { kind: 'regex', source } }];
  } catch {
    return place;
  }
}

function files(endings: readonly string[]): Losses {
  return endings.length > 0
    ? [{ kind: 'files', endings: endings.map((ending) => ending.replace(/^\./, '')) }]
    : nothing;
}

function address(): Losses {
  return [{ kind: 'address' }];
}

function variables(): Losses {
  return [{ kind: 'variables' }];
}
