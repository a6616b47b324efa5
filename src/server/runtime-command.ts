import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { asIdentity, findSetpriv, type RunAs } from '../base/as-identity.js';
import { runtimeMain } from './package-files.js';

/**
 * Makes command lines that run the runtime with an interpreter as a user.
 *
 * The kernel kills the process when the supervisor dies, where `setpriv` can ask for that: a runtime that is
 * frozen, or whose interpreter is locked by C code, cannot notice the end of its control connection.
 */
export function runtimeCommands(
  main = runtimeMain,
): (executable: string, identity?: RunAs) => string[] {
  const setpriv = findSetpriv((path) => fs.existsSync(path));
  const dyingWithParent = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--'];
  // Small replacements of util-linux do not know the option.
  const prefix = works([...dyingWithParent, '/bin/true']) ? dyingWithParent : [];
  return (executable, identity) => {
    const argv = [...prefix, executable, main];
    if (!identity) return argv;
    if (!setpriv)
      throw new Error('cannot switch users: there is no "setpriv"; install the package util-linux');
    // The death signal comes last: a change of user would clear it.
    return asIdentity(identity, argv, setpriv);
  };
}

function works(argv: readonly string[]): boolean {
  return spawnSync(argv[0] as string, argv.slice(1), { timeout: 2000 }).status === 0;
}
