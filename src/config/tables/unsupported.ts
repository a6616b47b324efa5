import { type Call, type Declaration, everywhere } from '../declaration.js';
import { statusPage } from '../losses.js';
import { passOver, titleOf } from '../pass-over.js';
import { once } from '../without-effect.js';

const family = 'not supported';

interface UnsupportedFamily {
  readonly what: string;
  /** Names that belong to the family without being listed. */
  readonly prefix?: RegExp;
  readonly directives?: string;
  readonly sections?: string;
  readonly hint?: string;
  /** The hint helps only where one of the words is such a one. */
  readonly hintFor?: RegExp;
}

/** Directives that would change what clients get to see: known, and refused until they work. */
export const unsupportedFamilies: readonly UnsupportedFamily[] = [
  {
    what: 'TLS',
    prefix: /^SSL/i,
    directives:
      'SSLEngine SSLCertificateFile SSLCertificateKeyFile SSLCertificateChainFile SSLProtocol SSLCipherSuite SSLOptions SSLVerifyClient SSLSessionCache',
    hint: 'let a proxy in front end TLS',
  },
  {
    what: 'URL rewriting',
    prefix: /^Rewrite/i,
    directives: 'RewriteEngine RewriteRule RewriteCond RewriteBase RewriteMap RewriteOptions',
  },
  {
    what: 'redirection',
    prefix: /^Redirect/i,
    directives: 'Redirect RedirectMatch RedirectPermanent RedirectTemp',
  },
  {
    what: 'proxying',
    prefix: /^(Proxy|Balancer)/i,
    directives:
      'ProxyPass ProxyPassReverse ProxyPassMatch ProxyPreserveHost ProxyRequests ProxyVia',
    sections: 'Proxy ProxyMatch',
  },
  {
    what: 'authentication',
    prefix: /^(Auth|Anonymous|LDAP|Session|DBD)/i,
    directives: 'AuthType AuthName AuthUserFile AuthGroupFile AuthBasicProvider AuthDigestProvider',
    sections: 'AuthnProviderAlias AuthzProviderAlias',
  },
  { what: 'response headers', directives: 'Header' },
  { what: 'request headers', directives: 'RequestHeader' },
  { what: 'expiry', prefix: /^Expires/i, directives: 'ExpiresActive ExpiresDefault ExpiresByType' },
  {
    what: 'caching',
    prefix: /^(Cache|HTCache)/i,
    directives: 'CacheEnable CacheRoot CacheDisable',
  },
  {
    what: 'compression',
    prefix: /^(Deflate|Brotli)/i,
    directives: 'DeflateCompressionLevel BrotliCompressionQuality',
  },
  {
    what: 'handlers, filters and CGI',
    prefix: /^(Filter|Script|CGI|ExtFilter)/i,
    directives:
      'SetHandler AddHandler RemoveHandler Action SetInputFilter SetOutputFilter AddInputFilter AddOutputFilter AddOutputFilterByType FilterDeclare FilterProvider ScriptAliasMatch ScriptLog ScriptSock',
    hint: 'WSGI scripts are mounted with WSGIScriptAlias, which needs no handler',
    hintFor: /^wsgi-script$/i,
  },
  {
    what: 'other mappings',
    prefix: /^(VirtualDocumentRoot|VirtualScriptAlias|CheckSpelling|CheckCaseOnly)/i,
    directives: 'FallbackResource UserDir ServerPath',
  },
  {
    what: 'client addresses of proxies',
    prefix: /^RemoteIP/i,
    directives: 'RemoteIPHeader RemoteIPTrustedProxy RemoteIPInternalProxy RemoteIPProxyProtocol',
  },
  { what: 'environment by expression', directives: 'SetEnvIfExpr' },
  { what: 'macros', directives: 'Use UndefMacro', sections: 'Macro' },
  {
    what: 'conditions on requests',
    sections: 'If ElseIf Else IfDirective IfSection',
    hint: 'conditions are understood while reading: <IfDefine>, <IfModule>, <IfVersion>, <IfFile>',
  },
  {
    what: 'mod_wsgi',
    directives:
      'WSGIDispatchScript WSGIHandlerScript WSGIRestrictProcess WSGIPythonHashSeed WSGIPythonOptimize WSGIPythonWarnings WSGISwitchInterval WSGITrustedProxyHeaders WSGITrustedProxies WSGIAccessScript WSGIAuthUserScript WSGIAuthGroupScript WSGITelemetryService WSGISlowRequests WSGITelemetryOptions',
    sections: 'WSGIInterpreterOptions',
  },
];

export const unsupportedDirectives: readonly Declaration[] = unsupportedFamilies.flatMap(
  (entry) => [
    ...split(entry.directives).map((name) => declaration('directive', name, entry)),
    ...split(entry.sections).map((name) => declaration('section', name, entry)),
  ],
);

/** A host with `SSLEngine off` is for plain HTTP, whatever its port. */
function noteTls({ evaluation, scope, words }: Call): void {
  evaluation.tls.set(scope.host, words[0]?.value.toLowerCase() === 'off' ? 'off' : 'on');
}

/** A declaration for a name that is known by its prefix alone. */
export function unsupportedOfFamily(
  kind: Declaration['kind'],
  name: string,
): Declaration | undefined {
  const found = unsupportedFamilies.find((entry) => entry.prefix?.test(name));
  return found && declaration(kind, name, found);
}

/** Values that say what holds anyway: no reason to refuse a file. */
const harmless: Readonly<Record<string, RegExp>> = {
  sslengine: /^off$/i,
  rewriteengine: /^off$/i,
  proxyrequests: /^off$/i,
  proxyvia: /^off$/i,
  expiresactive: /^off$/i,
  checkspelling: /^off$/i,
  userdir: /^disabled$/i,
  sethandler: /^none$/i,
};

/** First words with which the stock files of distributions use these: nothing that a client could get is lost but a status page. */
const idle: Readonly<Record<string, RegExp>> = {
  sethandler: statusPage,
  addhandler: statusPage,
  scriptsock: /./,
};

/** Parameters in the files of enabled modules; they do something only together with SSLEngine or CacheEnable. */
const parameters =
  /^(SSL(RandomSeed|PassPhraseDialog|SessionCache|SessionCacheTimeout|SessionTickets|CipherSuite|Protocol|HonorCipherOrder|Compression|InsecureRenegotiation|UseStapling|Stapling\w+|CryptoDevice|OpenSSLConfCmd)|Cache(Root|DirLevels|DirLength))$/i;

/** Whether the directive changes nothing here; says so where it would have done something in Apache. */
function changesNothing(call: Call): boolean {
  const [name, first] = [call.name.toLowerCase(), call.words[0]?.value ?? ''];
  if (call.words.length === 1 && harmless[name]?.test(first)) return true;
  const parameter = call.scope.context === 'server config' && parameters.test(name);
  if (!parameter && !idle[name]?.test(first)) return false;
  const title = parameter || name === 'scriptsock' ? call.name : `${call.name} ${first}`;
  // A status page hides what stands in its place.
  if (name === 'sethandler') call.scope.settings.neverSent ??= { value: title, at: call.at };
  once(call, title, `${title} has no effect here`);
  return true;
}

function split(names: string | undefined): string[] {
  return names?.split(' ') ?? [];
}

function declaration(
  kind: Declaration['kind'],
  name: string,
  { what, hint, hintFor }: UnsupportedFamily,
): Declaration {
  return {
    name,
    kind,
    family,
    syntax: '…',
    contexts: everywhere,
    words: [0, Number.POSITIVE_INFINITY],
    text: '',
    effect: (call) => {
      if (name.toLowerCase() === 'sslengine') noteTls(call);
      if (kind === 'directive' && changesNothing(call)) return;
      const hinted = !hintFor || call.words.some(({ value }) => hintFor.test(value));
      passOver(
        call,
        'unsupported-directive',
        `${titleOf(call.node)} (${what}) is not supported yet`,
        {
          at: call.nameAt,
          ...(hint !== undefined && hinted && { hint }),
        },
      );
    },
  };
}
