/** The oldest Python 3 that the runtime can run on. Of Python 2 it is 2.7 alone. */
const oldestSupported = { major: 3, minor: 6 } as const;

/** Why a Python version cannot be used, or undefined when it can. `version` as `sys.version` begins. */
export function whyUnsupported(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const { major: wantedMajor, minor: wantedMinor } = oldestSupported;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
  if (major === 2 && minor === 7) return undefined;
  return `Python ${version} is too old, 2.7 and all from ${wantedMajor}.${wantedMinor} on work`;
}

/** `3.11` of `3.11.2`. */
export function minorVersion(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** The newest Python that the tests ran on when this was released. */
const newestKnown = { major: 3, minor: 14 } as const;

/** What to say of a Python that is newer than all that were tried. */
export function whyUntested(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const known = newestKnown;
  if (major < known.major || (major === known.major && minor <= known.minor)) return undefined;
  return `Python ${version} is newer than ${known.major}.${known.minor}, the newest that this venvhost was tried on`;
}
