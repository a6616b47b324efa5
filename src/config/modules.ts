/**
 * The modules whose directives venvhost implements: `<IfModule>` is true for these, by identifier
 * (`alias_module`) and by source file (`mod_alias.c`), and false for all others. So the blocks for
 * mod_ssl, mod_rewrite, mod_access_compat or an MPM in a stock file are passed over.
 */
const implementedModules = [
  'venvhost',
  'core',
  'http',
  'so',
  'unixd',
  'version',
  'wsgi',
  'alias',
  'authz_core',
  'authz_host',
  'dir',
  'env',
  'setenvif',
  'log_config',
] as const;

const fileNames: Readonly<Record<string, string>> = {
  core: 'core.c',
  http: 'http_core.c',
};

const known: ReadonlySet<string> = new Set(
  implementedModules.flatMap((name) => [`${name}_module`, fileNames[name] ?? `mod_${name}.c`]),
);

export function isImplementedModule(name: string): boolean {
  return known.has(name);
}
