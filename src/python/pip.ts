import { normalName } from './distributions.js';

/**
 * The command that installs into an environment, for hints. An environment without pip, such as uv and
 * `--without-pip` make, gets the line that puts it in first.
 */
export function pipInstall(
  executable: string,
  words: string,
  distributions: readonly { readonly name: string }[] | undefined,
): string {
  const install = `${executable} -m pip install ${words}`;
  const known = distributions ?? [];
  const lacks =
    distributions !== undefined && !known.some(({ name }) => normalName(name) === 'pip');
  return lacks ? `${install}\n(it has no pip yet: ${executable} -m ensurepip)` : install;
}
