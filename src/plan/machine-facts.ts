import type { Config } from '../config/config.js';
import type { Machine } from '../python/machine.js';

/** Facts of the machine that only some configurations ask for. */
export interface MachineFacts {
  /** What `locale -a` lists, where a group states a locale that is not everywhere. */
  readonly locales?: readonly string[];
  /** Whether SELinux enforces its policy. */
  readonly selinux: boolean;
  /** Names that can be imported, by folder of the module search path. */
  readonly modules: Readonly<Record<string, readonly string[]>>;
}

export async function machineFacts(config: Config, machine: Machine): Promise<MachineFacts> {
  const folders = config.processGroups.flatMap(({ options }) =>
    (options.pythonPath?.value.length ?? 0) > 0
      ? [...(options.home ? [options.home.value] : []), ...options.pythonPath!.value]
      : [],
  );
  const needsLocales = config.processGroups.some(({ options }) =>
    [options.lang, options.locale].some((one) => one && !isEverywhere(one.value)),
  );
  return {
    ...(needsLocales && { locales: await readLocales(machine) }),
    selinux: machine.read('/sys/fs/selinux/enforce')?.trim() === '1',
    modules: Object.fromEntries([...new Set(folders)].map((one) => [one, modulesIn(one, machine)])),
  };
}

/** C, POSIX, and C.UTF-8, which the C library has had built in since 2.35 and Debian long before. */
export function isEverywhere(locale: string): boolean {
  return /^(C|POSIX|C\.utf-?8)$/i.test(locale);
}

async function readLocales(machine: Machine): Promise<string[]> {
  const ran = await machine.run(['/usr/bin/locale', '-a'], {
    environment: { PATH: '/usr/bin:/bin', LANG: 'C' },
    seconds: 5,
  });
  return ran.status === 0 ? ran.stdout.split('\n').filter(Boolean) : [];
}

function modulesIn(folder: string, machine: Machine): string[] {
  return machine.list(folder).flatMap((name) => {
    if (/^[A-Za-z_]\w*\.py$/.test(name)) return [name.slice(0, -3)];
    const isPackage =
      /^[A-Za-z_]\w*$/.test(name) &&
      typeof machine.look(`${folder}/${name}/__init__.py`) !== 'string';
    return isPackage ? [name] : [];
  });
}
