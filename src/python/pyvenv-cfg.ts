/** The fields of a `pyvenv.cfg` that matter here. Absent keys were not in the file. */
export interface PyvenvCfg {
  /** The folder of the Python that the environment was made from. */
  readonly home?: string;
  /** `3.11.2`: `version` (venv) or `version_info` (virtualenv). */
  readonly version?: string;
  readonly systemSitePackages: boolean;
  /** Who made it, where it says so. */
  readonly maker?: 'virtualenv' | 'uv';
}

/** `key = value` lines, keys without regard to case, as CPython's site.py reads them (PEP 405). */
export function parsePyvenvCfg(text: string): PyvenvCfg {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf('=');
    if (equals > 0)
      fields.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  const home = fields.get('home');
  const version = fields.get('version') ?? fields.get('version_info');
  const maker = fields.has('virtualenv') ? 'virtualenv' : fields.has('uv') ? 'uv' : undefined;
  return {
    ...(home && { home }),
    ...(version && { version: version.split('.').slice(0, 3).join('.') }),
    systemSitePackages: fields.get('include-system-site-packages')?.toLowerCase() === 'true',
    ...(maker && { maker }),
  };
}

/** The first line that is neither empty nor `key = value`. */
export function malformedLine(text: string): string | undefined {
  return text.split(/\r?\n/).find((line) => line.trim() !== '' && !/^[^=]+=/.test(line));
}
