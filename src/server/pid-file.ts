import * as fs from 'node:fs';
import { reasonOf } from '../supervisor/system-error.js';

/** @throws Error `cannot write the process id to "/run/x.pid": …` */
export function writePidFile(path: string): { remove(): void } {
  try {
    fs.writeFileSync(path, `${process.pid}\n`, { mode: 0o644 });
  } catch (error) {
    throw new Error(`cannot write the process id to "${path}": ${reasonOf(error)}`);
  }
  return {
    remove() {
      // Another server may have taken the name meanwhile.
      if (readQuietly(path) === String(process.pid)) fs.rmSync(path, { force: true });
    },
  };
}

function readQuietly(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
