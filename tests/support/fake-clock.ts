import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A wall clock that a test can set, by libfaketime, for a program that it starts. */
export interface FakeClock {
  /** For the environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** Moves the clock of the program while it runs, such as `-3600` seconds. */
  set(seconds: number): void;
}

export const whyNoFakeClock = 'libfaketime is not installed';

/** The file that tells the program what time it is stands in `folder`. Undefined where there is no libfaketime. */
export function fakeClock(folder: string): FakeClock | undefined {
  const library = findLibrary();
  if (library === undefined) return undefined;
  const file = join(folder, 'faketime');
  const set = (seconds: number) => {
    writeFileSync(`${file}~`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}~`, file);
  };
  set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // Nobody can set these.
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  };
}

function findLibrary(): string | undefined {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'].filter((one) => existsSync(one));
  const places = folders.flatMap((folder) => [
    join(folder, 'faketime'),
    ...readdirSync(folder)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(folder, name, 'faketime')),
  ]);
  return places
    .map((folder) => join(folder, 'libfaketimeMT.so.1'))
    .find((library) => existsSync(library));
}
