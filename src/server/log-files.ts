import * as fs from 'node:fs';
import { reasonOf } from '../supervisor/system-error.js';

export interface LogFiles {
  /** In the order of `Plan.logs`. */
  readonly fds: readonly number[];
  close(): void;
}

/**
 * Opens all log files for appending. The supervisor does it, as root maybe: log folders seldom belong to the
 * users of gateways and applications.
 *
 * @throws Error `cannot open the log file "/var/log/x": no such file or directory`
 */
export function openLogFiles(paths: readonly string[]): LogFiles {
  const fds: number[] = [];
  const close = () => {
    for (const fd of fds.splice(0)) fs.closeSync(fd);
  };
  for (const path of paths) {
    try {
      fds.push(fs.openSync(path, 'a', 0o640));
    } catch (error) {
      close();
      throw new Error(`cannot open the log file "${path}": ${reasonOf(error)}`);
    }
  }
  return { fds, close };
}
