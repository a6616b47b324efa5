import { dirname } from 'node:path';
import type { Entry, Machine, Ran } from '../../src/python/machine.js';

/** A path of a fake machine: a folder unless it says otherwise. Parents exist, open to all, owned by root. */
export interface FakeEntry {
  readonly file?: string;
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** The file part of a machine that exists in a test only. */
export function fakeFiles(
  given: Readonly<Record<string, FakeEntry>>,
): Pick<Machine, 'look' | 'target' | 'list' | 'read'> {
  const entries = new Map<string, FakeEntry>([['/', {}]]);
  for (const path of Object.keys(given))
    for (let folder = path; folder !== '/'; folder = dirname(folder))
      if (!entries.has(folder)) entries.set(folder, given[folder] ?? {});
  return {
    look(path) {
      const entry = entries.get(path);
      return entry ? looked(entry) : 'missing';
    },
    target: (path) => entries.get(path)?.link,
    list: (folder) =>
      [...entries.keys()]
        .filter((path) => path !== '/' && dirname(path) === folder)
        .map((path) => path.slice(folder === '/' ? 1 : folder.length + 1))
        .sort(),
    read: (path) => entries.get(path)?.file,
  };
}

function looked(entry: FakeEntry): Entry {
  const kind = entry.link !== undefined ? 'link' : entry.file !== undefined ? 'file' : 'folder';
  return {
    kind,
    mode: entry.mode ?? (kind === 'folder' ? 0o755 : 0o644),
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
  };
}

export interface FakeMachine {
  readonly files: Readonly<Record<string, FakeEntry>>;
  /** Version by the path of an interpreter; others do not start. */
  readonly pythons: Readonly<Record<string, string>>;
  readonly self?: Machine['self'];
  readonly programs?: readonly string[];
  readonly environment?: Machine['environment'];
  /** Whether libraries can be loaded for embedded mode; yes unstated. */
  readonly koffi?: boolean;
}

/** A whole machine for golden tests, the same everywhere. */
export function fakeMachine(given: FakeMachine): Machine {
  return {
    self: given.self ?? { uid: 1000, gid: 1000, groups: [1000] },
    environment: given.environment ?? { PATH: '/usr/bin:/bin', HOME: '/home/tester' },
    hostName: 'machine.example',
    temporaryFolder: '/tmp',
    programs: given.programs ?? [],
    embeddingProbe: ['/usr/bin/node', '/usr/lib/venvhost/probe-main.js'],
    ...fakeFiles(given.files),
    head: () => undefined,
    run: async (argv) => {
      if (argv.some((word) => word.endsWith('/probe-main.js'))) return probed(given.koffi ?? true);
      const executable = argv[0]?.endsWith('setpriv') ? argv[argv.lastIndexOf('--') + 1] : argv[0];
      const version = given.pythons[executable ?? ''];
      return version === undefined ? failed(executable) : answered(version, executable ?? '');
    },
  };
}

function answered(version: string, executable: string): Ran {
  return {
    status: 0,
    signal: null,
    stdout: `venvhost\t${version}\t/usr\t/usr\t${executable}\t\t\t${libpython}\n`,
    stderr: '',
  };
}

/** The shared library that every fake interpreter names. */
export const libpython = '/usr/lib/libpython3.so';

function probed(koffi: boolean): Ran {
  const outcome = koffi ? 'works' : "no-koffi\tCannot find package 'koffi'";
  return { status: 0, signal: null, stdout: `embedding\t${outcome}\n`, stderr: '' };
}

function failed(executable: string | undefined): Ran {
  return {
    status: null,
    signal: null,
    stdout: '',
    stderr: '',
    failure: `spawn ${executable} EACCES`,
  };
}
