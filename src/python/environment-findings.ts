import { dirname, join } from 'node:path';
import type { RunAs } from '../base/as-identity.js';
import { type Diagnostic, diagnostic } from '../base/diagnostic.js';
import { type Check, type Examined, isEnvironment, type Reader, reads } from './examined.js';
import { makeCommand } from './home.js';
import type { Machine } from './machine.js';
import { packageFindings } from './package-findings.js';
import { packageFolders, packageVersions } from './packages.js';
import { type Walk, walkPath } from './path-walk.js';
import { canRead } from './permissions.js';
import { malformedLine } from './pyvenv-cfg.js';
import { minorVersion } from './versions.js';

/** What files tell about an environment that starts, but is not what it seems. Nothing is executed. */
export const environmentFindings: Check = (examined, machine, reader) => {
  const checks: readonly Check[] = isEnvironment(examined)
    ? [cfgFindings, versionFindings, nested, moved, packageFindings]
    : [cfgMissing, packageFindings];
  return checks.flatMap((check) => check(examined, machine, reader));
};

/** An activate script without a pyvenv.cfg: a virtual environment that lost it. */
const cfgMissing: Check = ({ root, named, version, kind }, machine, reader) => {
  const activate = machine.read(join(root, 'bin/activate')) ?? '';
  if (kind !== 'installation' || !activate.includes('VIRTUAL_ENV')) return [];
  const cfg = machine.look(join(root, 'pyvenv.cfg'));
  if (typeof cfg !== 'string' || cfg === 'denied')
    return [cfgUnreadable(named, join(root, 'pyvenv.cfg'), reader)];
  return [
    diagnostic(
      'environment-cfg-missing',
      `${named} has an activate script but no pyvenv.cfg: its packages are not seen`,
      { hint: `make it again: ${makeCommand(root, { python: `python${minorVersion(version)}` })}` },
    ),
  ];
};

const cfgFindings: Check = ({ root, named, cfg, version }, machine, reader) => {
  const path = join(root, 'pyvenv.cfg');
  const { entry } = walkPath(path, machine);
  if (!entry || cfg === undefined) return [];
  // Of a file that the daemon may not read, nothing must be shown either: it may be a link to a secret.
  if (!reads(reader, path, entry)) return [cfgUnreadable(named, path, reader)];
  const line = malformedLine(machine.read(path) ?? '');
  if (line !== undefined || cfg.home === undefined)
    return [
      diagnostic(
        'environment-cfg-malformed',
        `${path} ${line === undefined ? 'does not say home = …' : `has a line that is not "key = value": ${JSON.stringify(line)}`}`,
        {
          hint: `make it again: ${makeCommand(root, { python: `python${minorVersion(version)}` })}`,
        },
      ),
    ];
  const home = walkPath(cfg.home, machine);
  if (home.end === 'missing')
    return [
      diagnostic(
        'environment-home-missing',
        `${named}: home in its pyvenv.cfg is ${cfg.home}, which does not exist`,
        {
          hint: `make it again from a Python that is there: ${makeCommand(root, { clear: true })}`,
        },
      ),
    ];
  return [];
};

function cfgUnreadable(named: string, path: string, reader: Reader): Diagnostic {
  return diagnostic(
    'environment-cfg-unreadable',
    `${named}: ${reader.name} cannot read ${path}, and without it Python does not see the packages`,
    { hint: `let everybody read it: chmod a+r ${path}` },
  );
}

/** The version number alone may be old: `venv --upgrade` moves the folder of packages too. */
const versionFindings: Check = ({ root, named, cfg, version, executable }, machine) => {
  const now = minorVersion(version);
  const made = cfg?.version === undefined ? undefined : minorVersion(cfg.version);
  const present = packageVersions(root, machine);
  const old = present.filter((one) => one !== now);
  const lost = made !== now && made !== undefined && old.includes(made) ? made : old.at(-1);
  if (lost !== undefined && (lost === made || !present.includes(now)))
    return [
      diagnostic(
        'environment-outdated',
        `${named} was made for Python ${lost}, but its ${executable.slice(root.length + 1)} is now ${version}: the packages in ${join(root, 'lib', `python${lost}`, 'site-packages')} are not seen`,
        {
          hint: `make it again and install its packages: ${makeCommand(root, { python: `python${now}`, clear: true })}`,
        },
      ),
    ];
  if (made === undefined || made === now) return [];
  return [
    diagnostic(
      'environment-version-differs',
      `${named}: its pyvenv.cfg says Python ${made}, its interpreter is ${version}`,
      {
        hint: `write the true version into it: ${makeCommand(root, { python: `python${now}` })} --upgrade`,
      },
    ),
  ];
};

const nested: Check = ({ root, named }, machine) => {
  for (let folder = dirname(root); folder !== '/'; folder = dirname(folder)) {
    if (typeof machine.look(join(folder, 'pyvenv.cfg')) === 'string') continue;
    return [
      diagnostic(
        'environment-nested',
        `${named} is inside of another virtual environment, ${folder}: whoever makes that one anew deletes this one`,
        { hint: `make it beside: ${makeCommand(`${folder}-${root.split('/').at(-1)}`)}` },
      ),
    ];
  }
  return [];
};

/** Scripts of an environment have its path written into them; Python itself does not mind. */
const moved: Check = ({ root, named, version }, machine) => {
  const text = machine.read(join(root, 'bin/activate')) ?? '';
  const written = [
    ...text.matchAll(/^\s*(?:export\s+)?VIRTUAL_ENV=(['"]?)(\/[^'"\n]+)\1\s*$/gm),
  ].at(-1)?.[2];
  const there = written ?? rootOfScript(root, machine);
  if (there === undefined || samePlace(walkPath(there, machine), walkPath(root, machine)))
    return [];
  return [
    diagnostic(
      'environment-moved',
      `${named} was made as ${there} and moved or copied: its scripts, such as bin/pip, run the Python of that place`,
      {
        hint: `make it again where it is: ${makeCommand(root, { python: `python${minorVersion(version)}`, clear: true })}`,
      },
    ),
  ];
};

/** Of the first line of bin/pip: `#!/srv/venv/bin/python3`. */
function rootOfScript(root: string, machine: Machine): string | undefined {
  return ['pip', 'pip3']
    .map((name) => machine.read(join(root, 'bin', name)) ?? '')
    .map((text) => /^#!(\/.+)\/bin\/python[\d.]*\s*$/m.exec(text.split('\n')[0]!)?.[1])
    .find((found) => found !== undefined);
}

function samePlace(one: Walk, other: Walk): boolean {
  return one.towards === other.towards;
}

/** What an environment needs and the mode bits deny to a user: whoever can ask the kernel should. */
export function seemsUnreadable(
  { root, version }: Pick<Examined, 'root' | 'version'>,
  machine: Machine,
  who: RunAs,
): string[] {
  return [join(root, 'pyvenv.cfg'), ...packageFolders(root, version, machine)].filter((path) => {
    const { entry } = walkPath(path, machine);
    return entry !== undefined && !canRead(entry, who);
  });
}
