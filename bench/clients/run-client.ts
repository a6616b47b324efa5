import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Load } from '../scenarios/scenario.js';

/** Runs a program that makes load to its end; an abort kills it. @returns what it printed. */
export function runClient(argv: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = argv as [string, ...string[]];
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      signal,
      killSignal: 'SIGKILL',
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${program} ended with ${code}:\n${text.slice(-2000)}`));
    });
  });
}

/** Runs one of our own clients in a process of its own, so that its work does not disturb the accounting. */
export async function runOwnClient(
  name: 'transfers' | 'streams',
  options: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<Load> {
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const text = await runClient([process.execPath, file, JSON.stringify(options)], signal);
  return JSON.parse(text) as Load;
}
