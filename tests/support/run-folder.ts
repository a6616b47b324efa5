import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, seen from dist/tests/support. */
export const repository = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/**
 * One folder for everything that a test run writes. It becomes TMPDIR, so that sockets and temporary folders
 * of everything we start lie in it, and what is left over can be told from what others do on this machine.
 * The name is short because the path of a Unix socket may have 107 bytes at most.
 */
export function makeRunFolder(): string {
  const folder = makeReadableFolder('vht-');
  process.env['TMPDIR'] = folder;
  process.env['VENVHOST_TEST'] = randomBytes(8).toString('hex');
  process.env['VENVHOST_TEST_FOLDER'] = folder;
  return folder;
}

export function removeRunFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** mkdtemp makes folders that only their owner may enter; daemons of another user have to read these. */
export function makeReadableFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o755);
  return folder;
}

export function entries(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(folder, name),
  );
}
