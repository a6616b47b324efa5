import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { minor, type Python } from './pythons.js';
import { daemonUser } from './users.js';

/** A folder for environments that are really broken. Everybody can read it, so daemons of any user can. */
export interface Zoo {
  readonly folder: string;
  readonly python: Python;
  /** A path in the zoo. */
  path(name: string): string;
  /** Makes a sound virtual environment and gives its root. */
  venv(name?: string): string;
  /** The folder of packages of an environment. */
  packages(root: string): string;
  /** Writes a file and gives its path; `mode` in place of 0644. */
  file(name: string, text?: string | Uint8Array, mode?: number): string;
  /** Makes a folder with a shell script as bin/python, which can say what it likes. */
  impostor(name: string, shell: string, cfg?: string): string;
  /** Puts the metadata of a distribution into an environment. */
  distribution(root: string, name: string, version: string, requires?: readonly string[]): void;
  /** A configuration with one process group `app` and one script, with what daemons and mounts add. */
  site(
    options: string,
    extra?: { readonly script?: string; readonly mount?: string; readonly more?: string },
  ): string;
  remove(): void;
}

export const soundScript =
  'def application(environ, start_response):\n    start_response("200 OK", [])\n    return []\n';

export function openZoo(python: Python): Zoo {
  const folder = mkdtempSync(join(tmpdir(), 'venvhost-zoo-'));
  chmodSync(folder, 0o755);
  const path = (name: string) => (name.startsWith('/') ? name : join(folder, name));
  const file: Zoo['file'] = (name, text = '', mode = 0o644) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
    chmodSync(path(name), mode);
    return path(name);
  };
  const packages = (root: string) =>
    join(root, 'lib', `python${minor(python.version)}`, 'site-packages');
  return {
    folder,
    python,
    path,
    file,
    packages,
    venv(name = 'venv') {
      execFileSync(python.executable, ['-m', 'venv', '--without-pip', path(name)]);
      return path(name);
    },
    impostor(name, shell, cfg) {
      file(`${name}/bin/python`, `#!/bin/sh\n${shell}\n`, 0o755);
      if (cfg !== undefined) file(`${name}/pyvenv.cfg`, cfg);
      return path(name);
    },
    distribution(root, name, version, requires = []) {
      const lines = requires.map((one) => `Requires-Dist: ${one}\n`).join('');
      file(
        join(packages(root), `${name}-${version}.dist-info`, 'METADATA'),
        `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${lines}\n`,
      );
    },
    site(options, { script = file('app.wsgi', soundScript), mount = '', more = '' } = {}) {
      const user = daemonUser();
      return file(
        'site.conf',
        [
          'Listen 127.0.0.1:8080',
          ...(user ? [`User ${user.name}`] : []),
          `WSGIDaemonProcess app ${options}`.trim(),
          `WSGIScriptAlias / ${script} process-group=app application-group=%{GLOBAL} ${mount}`.trim(),
          `<Directory ${folder}>`,
          '    Require all granted',
          '</Directory>',
          more,
        ].join('\n'),
      );
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
