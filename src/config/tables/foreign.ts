/**
 * Directives of modules that venvhost does not bring, so that they are told by the name of their module
 * and not as misspellings. Source: `apache2 -L` of Apache 2.4 with all its modules loaded, for the modules of
 * the Apache project; the manuals of the others.
 */
export interface ForeignModule {
  /** As in `LoadModule`, or `Apache's core`. */
  readonly module: string;
  readonly directives?: string;
  /** What names of the module begin with; of sections too. */
  readonly prefix?: RegExp;
  /** Whether it decides who gets in: what it stands in is closed where it is passed over. */
  readonly guards?: true;
}

const apache: readonly ForeignModule[] = [
  {
    module: "Apache's core",
    directives:
      'ContentDigest Error FlushMaxPipelined ForceType MergeTrailers Port QualifyRedirectURL ReadBufferSize RegexDefaultOptions RegisterHttpMethod StrictHostCheck',
  },
  { module: 'mod_unixd', directives: 'ChrootDir Suexec' },
  { module: 'mod_log_config', directives: 'BufferedLogs GlobalLog' },
  { module: 'mod_mime', directives: 'ModMimeUsePathInfo RemoveInputFilter RemoveOutputFilter' },
  { module: 'mod_dir', directives: 'DirectoryCheckHandler' },
  { module: 'mod_alias', directives: 'AliasPreservePath' },
  { module: 'mod_autoindex', directives: 'FancyIndexing' },
  { module: 'mod_speling', directives: 'CheckBasenameMatch' },
  { module: 'mod_allowmethods', directives: 'AllowMethods' },
  { module: 'mod_buffer', directives: 'BufferSize' },
  { module: 'mod_case_filter', prefix: /^CaseFilter/i },
  { module: 'mod_cern_meta', directives: 'MetaDir MetaFiles MetaSuffix' },
  { module: 'mod_charset_lite', prefix: /^Charset(Default|Options|SourceEnc)$/i },
  { module: 'mod_dav', prefix: /^DAV/i },
  { module: 'mod_dialup', directives: 'ModemStandard' },
  { module: 'mod_dumpio', prefix: /^DumpIO/i },
  { module: 'mod_echo', directives: 'ProtocolEcho' },
  { module: 'mod_file_cache', directives: 'CacheFile MMapFile' },
  { module: 'mod_firehose', prefix: /^Firehose/i },
  { module: 'mod_heartbeat', prefix: /^Heartbeat/i },
  { module: 'mod_http2', prefix: /^H2[A-Z]/i },
  { module: 'mod_ident', directives: 'IdentityCheckTimeout' },
  { module: 'mod_imagemap', directives: 'ImapBase ImapDefault ImapMenu' },
  { module: 'mod_include', prefix: /^(SSI[A-Z]|XBitHack$)/i },
  { module: 'mod_info', directives: 'AddModuleInfo' },
  { module: 'mod_isapi', prefix: /^ISAPI/i },
  { module: 'mod_log_debug', directives: 'LogMessage' },
  { module: 'mod_log_forensic', directives: 'ForensicLog' },
  { module: 'mod_logio', prefix: /^LogIO/i },
  { module: 'mod_lua', prefix: /^Lua/i },
  { module: 'mod_md', prefix: /^MD/i },
  {
    module: 'mod_privileges',
    prefix: /^(DTracePrivileges|VHost(CGI|Priv|Secure|User|Group)\w*|PrivilegesMode)$/i,
  },
  { module: 'mod_reflector', directives: 'ReflectorHeader' },
  { module: 'mod_sed', directives: 'InputSed OutputSed' },
  { module: 'mod_substitute', prefix: /^Substitute/i },
  { module: 'mod_suexec', directives: 'SuexecUserGroup' },
  { module: 'mod_systemd', directives: 'IdleShutdown' },
  { module: 'mod_tls', prefix: /^TLS[A-Z]/i },
  {
    module: 'mod_usertrack',
    directives:
      'CookieDomain CookieExpires CookieHTTPOnly CookieName CookieSameSite CookieSecure CookieStyle CookieTracking',
  },
  { module: 'mod_watchdog', prefix: /^Watchdog/i },
  { module: 'mod_xml2enc', prefix: /^xml2/i },
  {
    module: 'an MPM',
    directives: 'ListenTCPDeferAccept AcceptMutex ThreadsMax Win32DisableAcceptEx',
  },
];

const others: readonly ForeignModule[] = [
  { module: 'mod_auth_cas', prefix: /^CAS[A-Z]/i, guards: true },
  { module: 'mod_auth_gssapi', prefix: /^Gssapi/i, guards: true },
  { module: 'mod_auth_kerb', prefix: /^Krb/i, guards: true },
  { module: 'mod_auth_mellon', prefix: /^Mellon/i, guards: true },
  { module: 'mod_auth_openidc', prefix: /^(OIDC|OAuth2?)/i, guards: true },
  { module: 'mod_auth_tkt', prefix: /^TKTAuth/i, guards: true },
  { module: 'mod_authnz_external', prefix: /^(\w+External|DefineExternal\w+)$/i, guards: true },
  { module: 'mod_authnz_pam', prefix: /^InterceptForm/i, guards: true },
  { module: 'mod_gridsite', prefix: /^GridSite/i, guards: true },
  { module: 'mod_pubcookie', prefix: /^PubCookie/i, guards: true },
  { module: 'mod_shib', prefix: /^Shib/i, guards: true },
  { module: 'mod_webauth', prefix: /^WebAuth/i, guards: true },
  { module: 'mod_lookup_identity', prefix: /^Lookup(User|Identity|Output)/i },
  { module: 'mod_security2', prefix: /^Sec[A-Z]/i, guards: true },
  { module: 'mod_evasive', prefix: /^DOS[A-Z]/i, guards: true },
  { module: 'mod_qos', prefix: /^QS_/i, guards: true },
  { module: 'mod_limitipconn', directives: 'MaxConnPerIP NoIPLimit OnlyIPLimit', guards: true },
  { module: 'mod_spamhaus', prefix: /^MS_/i, guards: true },
  { module: 'mod_defensible', prefix: /^Dnsbl/i, guards: true },
  { module: 'mod_antiloris', prefix: /^(Antiloris|IP\w+Limit$)/i, guards: true },
  {
    module: 'mod_ruid2',
    prefix: /^R(Mode|UidGid|MinUidGid|DefaultUidGid|Groups|DocumentChRoot)$/i,
  },
  {
    module: 'mpm_itk',
    prefix:
      /^(AssignUserID|AssignUserIDExpr|AssignGroupIDExpr|MaxClientsVHost|NiceValue|LimitUIDRange|LimitGIDRange|EnableCapabilities)$/i,
  },
  { module: 'mod_apparmor', prefix: /^AA(Default)?HatName$/i },
  { module: 'mod_selinux', prefix: /^selinux/i },
  { module: 'mod_nss', prefix: /^NSS[A-Z]/i },
  { module: 'mod_gnutls', prefix: /^GnuTLS/i },
  { module: 'mod_geoip', prefix: /^GeoIP/i },
  { module: 'mod_maxminddb', prefix: /^MaxMindDB/i },
  { module: 'mod_rpaf', prefix: /^RPAF/i },
  { module: 'mod_cloudflare', prefix: /^CloudFlareRemoteIP/i },
  { module: 'mod_extract_forwarded', prefix: /^MEF/i },
  { module: 'mod_proxy_protocol', prefix: /^ProxyProtocol/i },
  { module: 'mod_jk', prefix: /^Jk/i },
  {
    module: 'mod_cluster',
    prefix:
      /^(EnableMCPMReceive|Manager(Balancer\w+)|ServerAdvertise|Advertise\w+|KeepAliveTimeout\w+)$/i,
  },
  { module: 'mod_fcgid', prefix: /^Fcgid/i },
  { module: 'mod_fastcgi', prefix: /^FastCgi/i },
  { module: 'mod_php', prefix: /^(php\d*_|PHPIniDir$)/i },
  { module: 'mod_suphp', prefix: /^suPHP_/i },
  { module: 'mod_perl', prefix: /^Perl/i },
  { module: 'mod_apreq2', prefix: /^APREQ2_/i },
  { module: 'mod_python', prefix: /^Python/i },
  { module: 'mod_ruby', prefix: /^Ruby/i },
  { module: 'mod_passenger', prefix: /^(Passenger|Rails|Rack)/i },
  { module: 'mod_mono', prefix: /^(Mono|AddMono)/i },
  { module: 'mod_uwsgi', prefix: /^uWSGI/i },
  { module: 'mod_dav_svn', prefix: /^SVN/i },
  { module: 'mod_xsendfile', prefix: /^XSendFile/i },
  { module: 'mod_pagespeed', prefix: /^(ModPagespeed|Pagespeed)/i },
  { module: 'mod_cband', prefix: /^CBand/i },
  { module: 'mod_bw', prefix: /^(Min)?BandWidth|^(LargeFileLimit|MaxConnection)$/i },
  { module: 'mod_upload_progress', prefix: /^(UploadProgress|TrackUploads|ReportUploads)/i },
  { module: 'mod_log_sql', prefix: /^LogSQL/i },
  { module: 'mod_dnssd', prefix: /^DNSSD/i },
  { module: 'mod_ftp', prefix: /^FTP/i },
  { module: 'mod_tile', prefix: /^(ModTile|LoadTile|AddTile)/i },
  { module: 'mod_musicindex', prefix: /^MusicI/i },
  { module: 'mod_vhost_ldap', prefix: /^VhostLDAP/i },
];

export const foreignModules: readonly ForeignModule[] = [...apache, ...others];

const byName: ReadonlyMap<string, ForeignModule> = new Map(
  foreignModules.flatMap((entry) =>
    (entry.directives?.split(' ') ?? []).map((name) => [name.toLowerCase(), entry] as const),
  ),
);

/** The module that a directive or section belongs to, where it is one of these. */
export function foreignModuleOf(name: string): ForeignModule | undefined {
  return byName.get(name.toLowerCase()) ?? foreignModules.find(({ prefix }) => prefix?.test(name));
}
