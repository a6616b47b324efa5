import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Files of the installed package. This module lies in `dist/src/server/`. */
const root = new URL('../../../', import.meta.url);

export const gatewayMain = fileURLToPath(new URL('dist/src/server/gateway-main.js', root));
/** The folder to import `venvhost_runtime` from. */
export const runtimeFolder = fileURLToPath(new URL('runtime', root));
/** Imports one script and tells how it went. */
export const importMain = fileURLToPath(new URL('runtime/venvhost_runtime/import_main.py', root));
/** Prints the runtime compiled. */
export const packMain = fileURLToPath(new URL('runtime/venvhost_runtime/compiled.py', root));
export const runtimeMain = fileURLToPath(new URL('runtime/venvhost_runtime/__main__.py', root));

/** The version of package.json. */
export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
  return (parsed as { version: string }).version;
}
