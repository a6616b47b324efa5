import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Mount } from '../peers/peer.js';
import type { Ground } from '../running/ground.js';
import type { Scenario } from './scenario.js';

const threads = 5;

/** One application is there to be subtracted: memory for each added one is the difference divided by 49. */
export const many: readonly Scenario[] = [1, 50].flatMap((count) => [
  applications(
    `many-venvs-${count}`,
    `${count} applications with a virtual environment each`,
    count,
    'venv',
  ),
  applications(
    `many-interpreters-${count}`,
    `${count} applications in sub-interpreters of one process`,
    count,
    'group',
  ),
]);

function applications(name: string, text: string, count: number, kind: 'venv' | 'group'): Scenario {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const mounts: Mount[] = numbers.map((number) => ({
    url: `/a${number}`,
    file: `a${number}.py`,
    ...(kind === 'group' ? { group: `g${number}` } : {}),
  }));
  return {
    name,
    text: `${text}; time until all have answered once, memory and CPU when idle`,
    primary: 'ready',
    site: { mounts, single: undefined, processes: 1, threads, connections: 1 },
    checks: numbers.map((number) => ({ path: `/a${number}`, answer: 'Hello world\n' })),
    cold: true,
    async prepare(ground) {
      for (const number of numbers) {
        copyFileSync(join(ground.apps, 'hello.py'), join(ground.apps, `a${number}.py`));
        if (kind === 'venv')
          mounts[number - 1] = { ...mounts[number - 1]!, venv: venvOf(ground, number) };
      }
    },
    async measure(_server, { seconds, signal }) {
      await sleep(1000 * seconds, undefined, { signal });
      return { requests: 0, seconds, errors: 0 };
    },
  };
}

function venvOf(ground: Ground, number: number): string {
  const folder = join(ground.folder, 'venvs', `v${number}`);
  if (!existsSync(folder))
    execFileSync('/usr/bin/python3', ['-m', 'venv', '--without-pip', folder], { stdio: 'pipe' });
  return folder;
}
