import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { makeReadableFolder } from './run-folder.js';

const patience = 180_000;
let ownFolder: string | undefined;

/** Where things lie that the test files of one run share; of this process alone outside of a run. */
export function sharedFolder(): string {
  const ofRun = process.env['VENVHOST_TEST_FOLDER'];
  if (ofRun !== undefined) return ofRun;
  if (ownFolder === undefined) {
    const made = makeReadableFolder('vht-');
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
    ownFolder = made;
  }
  return ownFolder;
}

/**
 * Makes something once per test run, also where several test files, each a process, want it at the same time:
 * the others wait. `path` is beside what is made; the text that `make` gives is given to everybody.
 */
export async function once(path: string, make: () => Promise<string>): Promise<string> {
  const note = `${path}.made`;
  const failed = `${path}.failed`;
  if (!claim(`${path}.lock`)) {
    const deadline = Date.now() + patience;
    while (!existsSync(note)) {
      if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'));
      if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s for ${path}`);
      await after(50);
    }
    return readFileSync(note, 'utf8');
  }
  try {
    const text = await make();
    publish(note, text);
    return text;
  } catch (error) {
    publish(failed, String(error));
    throw error;
  }
}

function claim(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** In one step: who sees the file sees all of it. */
function publish(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
