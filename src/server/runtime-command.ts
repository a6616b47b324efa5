import * as fs from 'node:fs';
import { asIdentity, findSetpriv, type RunAs } from '../base/as-identity.js';
import { runtimeMain } from './package-files.js';

/** Makes command lines that run the runtime with an interpreter as a user. */
export function runtimeCommands(
  main = runtimeMain,
): (executable: string, identity?: RunAs) => string[] {
  const setpriv = findSetpriv((path) => fs.existsSync(path));
  return (executable, identity) => {
    const argv = [executable, main];
    if (!identity) return argv;
    if (!setpriv)
      throw new Error('cannot switch users: there is no "setpriv"; install the package util-linux');
    return asIdentity(identity, argv, setpriv);
  };
}
