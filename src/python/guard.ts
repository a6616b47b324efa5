import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Ends process groups when this process has ended without doing it: by SIGKILL, or by a signal that it does not
 * catch. A shell holds the other end of a pipe, and a list of the groups that run.
 */
export interface Guard {
  /** Before a group is started, so that nothing is left to do then but to tell its number. */
  prepare(): void;
  add(group: number): void;
  remove(group: number): void;
}

/** From the pipe: `+ GROUP` and `- GROUP`. At its end whoever is left is killed. */
const script = `
trap '' HUP INT TERM USR1 USR2
groups=' '
while read -r sign group; do
  if [ "$sign" = + ]; then
    groups="$groups$group "
  else
    rest=' '
    for one in $groups; do [ "$one" = "$group" ] || rest="$rest$one "; done
    groups=$rest
  fi
done
for one in $groups; do kill -s KILL -- "-$one"; done
`;

/** Milliseconds that it stays when nothing runs: the next question is often near. */
const lingers = 500;

/** The shell goes when no group has been there for a while. */
export function createGuard(): Guard {
  const running = new Set<number>();
  let shell: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;

  function tell(line: string): void {
    shell?.stdin?.write(`${line}\n`);
  }

  function start(): void {
    const started = startShell();
    shell = started;
    const over = () => {
      if (shell === started) shell = undefined;
    };
    // Without it everything works as well, but for what it is there for.
    started?.on('error', over);
    started?.on('exit', over);
  }

  function leave(): void {
    shell?.stdin?.end();
    shell = undefined;
  }

  return {
    prepare() {
      clearTimeout(timer);
      if (shell) return;
      start();
      for (const one of running) tell(`+ ${one}`);
    },
    add(group) {
      running.add(group);
      tell(`+ ${group}`);
    },
    remove(group) {
      running.delete(group);
      tell(`- ${group}`);
      if (running.size > 0) return;
      clearTimeout(timer);
      timer = setTimeout(leave, lingers).unref();
    },
  };
}

/** In a session of its own, so that Ctrl-C of the terminal does not reach it. */
function startShell(): ChildProcess | undefined {
  try {
    const shell = spawn('/bin/sh', ['-c', script], {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    shell.stdin?.on('error', () => {});
    shell.unref();
    (shell.stdin as { unref?: () => void } | null)?.unref?.();
    return shell;
  } catch {
    return undefined;
  }
}
