import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeReadableFolder, repository } from './run-folder.js';
import { daemonUser, type User } from './users.js';

interface Place {
  canEnter(user: User, path: string): boolean;
  copyProgram(root: string): void;
}

/**
 * The folder with the command, the examples and the fixtures: the repository itself, or a copy where the user
 * of daemons cannot come to it, such as a clone below root's closed home folder.
 */
export async function reachableRepository(): Promise<string> {
  const user = daemonUser();
  if (!user) return repository;
  const place = (await import(
    pathToFileURL(join(repository, 'examples/demo/place.js')).href
  )) as Place;
  if (place.canEnter(user, join(repository, 'package.json'))) return repository;
  const copy = join(process.env['VENVHOST_TEST_FOLDER'] ?? makeReadableFolder('copy-'), 'venvhost');
  if (!existsSync(copy)) {
    place.copyProgram(copy);
    for (const part of ['examples', 'tests/fixtures'])
      cpSync(join(repository, part), join(copy, part), { recursive: true });
  }
  return copy;
}
