import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Idle {
  readonly opened: number;
  /** Closes them; how many the server had closed or never answered. */
  close(): Promise<number>;
}

/** Opens connections from a process of its own, each with one answered request, and keeps them. */
export async function openIdle(port: number, count: number, signal: AbortSignal): Promise<Idle> {
  const file = fileURLToPath(new URL('./idle-connections.js', import.meta.url));
  const child = spawn(process.execPath, [file, `${port}`, `${count}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    signal,
    killSignal: 'SIGKILL',
  });
  child.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const number = async () => Number((await lines.next()).value ?? 0);
  const opened = await number();
  return {
    opened,
    async close() {
      child.stdin.end('\n');
      return count - (await number());
    },
  };
}
