import { type TestContext, test } from 'node:test';
import { type Python, pythonsForVenvs } from './pythons.js';
import { whyNoPackageIndex } from './venvs.js';

/** A test that needs so many Python versions; skipped with the reason where they are not there. */
export function testWithPythons(
  name: string,
  wanted: number,
  body: (pythons: readonly Python[], t: TestContext) => Promise<void>,
): void {
  test(name, async (t) => {
    const { pythons, reason } = pythonsForVenvs(wanted);
    if (reason !== undefined) return t.skip(reason);
    await body(pythons, t);
  });
}

/** A test that installs packages from PyPI; skipped with the reason where that cannot be. */
export function testWithPackageIndex(
  name: string,
  { oldest }: { readonly oldest: string },
  body: (python: Python) => Promise<void>,
): void {
  test(name, async (t) => {
    const { pythons, reason } = pythonsForVenvs(1);
    const python = pythons.find(
      (one) => Number(one.version.split('.')[1]) >= Number(oldest.split('.')[1]),
    );
    if (!python) return t.skip(reason ?? `needs Python ${oldest} or newer that daemons can run`);
    const noIndex = await whyNoPackageIndex(python);
    if (noIndex !== undefined) return t.skip(noIndex);
    await body(python);
  });
}
