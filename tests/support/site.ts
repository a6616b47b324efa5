import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Python } from './pythons.js';
import { reachableRepository } from './reachable-repository.js';
import { makeReadableFolder } from './run-folder.js';
import { type Server, startVenvhost } from './server.js';
import { makeVenv } from './venvs.js';

export interface Site {
  /** URL path to a script: a name in tests/fixtures, or with `.wsgi` one of `files`. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Options of the process group. */
  readonly group?: string;
  /** More lines of the configuration, given the site's own folder. */
  readonly more?: (folder: string) => string;
  /** Files to make in that folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** The access rule for scripts; empty for none. */
  readonly access?: string;
  /** The command, where it is not bin/venvhost.js of this repository. */
  readonly command?: readonly [string, ...string[]];
  /** Added to the environment of the command. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs the body against a server with one process group, and stops it whatever happens. */
export async function withSite(
  python: Python,
  {
    mounts,
    group = 'threads=5',
    more = () => '',
    files = {},
    access = 'Require all granted',
    env = {},
    command,
  }: Site,
  body: (server: Server, folder: string) => Promise<void>,
): Promise<void> {
  const folder = makeReadableFolder('site-');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const fixtures = join(await reachableRepository(), 'tests/fixtures');
  const aliases = Object.entries(mounts).map(([url, script]) => {
    const path = script.endsWith('.wsgi') ? join(folder, script) : join(fixtures, `${script}.wsgi`);
    return `WSGIScriptAlias ${url} "${path}"`;
  });
  const configuration = join(folder, 'site.conf');
  writeFileSync(
    configuration,
    `Listen 127.0.0.1:0
ServerName localhost
WSGIDaemonProcess site python-home="${await makeVenv(python)}" ${group}
WSGIProcessGroup site
WSGIApplicationGroup %{GLOBAL}
${aliases.join('\n')}
<Directory "${fixtures}">
    ${access}
</Directory>
<Directory "${folder}">
    ${access}
</Directory>
${more(folder)}
`,
  );
  const server = await startVenvhost(['run', '-f', configuration], {
    env: { ...process.env, ...env },
    ...(command && { command }),
  });
  try {
    await body(server, folder);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
