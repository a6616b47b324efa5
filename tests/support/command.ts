import { spawn } from 'node:child_process';

export interface Finished {
  /** 128 + the number of the signal where a signal ended it, as shells do; 124 after the deadline. */
  readonly status: number;
  /** Standard output and standard error as they came. */
  readonly output: string;
  readonly stdout: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds; the whole process group is killed then. */
  readonly deadline: number;
}

/** Runs a program to its end and collects what it says. Never throws for a failing program. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    let stdout = '';
    let late = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const timer = setTimeout(() => {
      late = true;
      output += `\n(ended after ${options.deadline / 1000} s)\n`;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, options.deadline);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ status: 127, output: `${output}${error.message}`, stdout });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ status: late ? 124 : (code ?? (signal ? 128 : 1)), output, stdout });
    });
  });
}
