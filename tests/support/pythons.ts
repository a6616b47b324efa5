import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { findInstalledPythons, type InstalledPython } from '../../src/python/installed.js';
import { whyUnsupported } from '../../src/python/versions.js';
import { daemonUser } from './users.js';

export interface Python extends InstalledPython {
  /** Whether the runtime is written for it. */
  readonly supported: boolean;
}

/**
 * All Pythons of this machine, newest first, asked once per test run.
 * VENVHOST_TEST_PYTHONS adds installations (folders with bin/), separated by `:`.
 */
export function findPythons(): Python[] {
  const folder = process.env['VENVHOST_TEST_FOLDER'];
  const cache = folder && `${folder}/pythons.json`;
  if (cache) {
    try {
      return JSON.parse(readFileSync(cache, 'utf8')) as Python[];
    } catch {
      // the first of this run who asks
    }
  }
  const user = daemonUser();
  const found = findInstalledPythons({
    path: process.env['PATH'] ?? '',
    home: homedir(),
    more: (process.env['VENVHOST_TEST_PYTHONS'] ?? '').split(':').filter(Boolean),
    ...(user ? { user } : {}),
  }).map((python) => ({
    ...python,
    supported: whyUnsupported(python.version) === undefined,
  }));
  if (cache) writeFileSync(cache, JSON.stringify(found));
  return found;
}

/**
 * The Pythons that a test can make environments with for the user of daemons, newest first, one per minor
 * version. Where there are fewer than wanted, `reason` says what was passed over and why.
 */
export function pythonsForVenvs(wanted: number): { pythons: Python[]; reason?: string } {
  const all = findPythons().filter((python) => python.supported);
  const usable = all.filter((python) => python.venv && python.pip && !python.unreachable);
  const pythons = usable.filter(
    (python, index) =>
      usable.findIndex((other) => minor(other.version) === minor(python.version)) === index,
  );
  if (pythons.length >= wanted) return { pythons };
  const have = pythons.map((python) => python.version).join(', ') || 'none';
  const passedOver = all
    .filter((python) => !usable.includes(python))
    .map((python) => `${python.version} (${python.unreachable ?? 'no venv or ensurepip module'})`);
  return {
    pythons,
    reason: `needs ${wanted} Python versions that daemons can run, found ${have}${
      passedOver.length > 0 ? `; passed over: ${passedOver.join(', ')}` : ''
    }`,
  };
}

/** `3.11` */
export function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
