/** Reads a file of the kernel; undefined where there is none. */
export type ReadKernelFile = (path: string) => string | undefined;

/**
 * Tells after a SIGKILL that was not ours whether the kernel killed for want of memory since the last call.
 * Counters of the own control group decide where they exist (memory.events of version 2, memory.oom_control
 * of version 1); else that of the machine, which counts processes of others too.
 */
export function watchOutOfMemory(read: ReadKernelFile): () => boolean {
  let before = killsCounted(read);
  return () => {
    const now = killsCounted(read);
    const killed = now > before;
    before = now;
    return killed;
  };
}

function killsCounted(read: ReadKernelFile): number {
  const [own] = groupFiles(read('/proc/self/cgroup') ?? '')
    .map((path) => counter(read(path)))
    .filter((count) => count !== undefined);
  return own ?? counter(read('/proc/vmstat')) ?? 0;
}

/** The lines of /proc/self/cgroup are `number:controllers:path`. */
function groupFiles(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, controllers, path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    const folder = path === '/' ? '' : path;
    if (controllers === '') return [`/sys/fs/cgroup${folder}/memory.events`];
    return controllers?.split(',').includes('memory')
      ? [`/sys/fs/cgroup/memory${folder}/memory.oom_control`]
      : [];
  });
}

function counter(text: string | undefined): number | undefined {
  const found = /^oom_kill (\d+)$/m.exec(text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}
