import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Event } from '../../../src/base/events.js';
import type { Endpoint, ProcessGroupPlan } from '../../../src/plan/plan.js';
import { makeSocketFolder } from '../../../src/supervisor/socket-folder.js';
import { type Supervisor, startSupervisor } from '../../../src/supervisor/supervisor.js';

/** Speaks the control frames and behaves as its argument says. */
const script = `
import marshal, os, signal, socket, struct, sys, time
behaviour, state = sys.argv[1], sys.argv[2]
control = socket.socket(fileno=3)
control.setblocking(True)

def read(n):
    data = b''
    while len(data) < n:
        part = control.recv(n - len(data))
        if not part:
            os._exit(0)
        data += part
    return data

def receive():
    length, tag = struct.unpack('<II', read(8))
    return tag, marshal.loads(read(length))

def send(tag, values):
    payload = marshal.dumps(values, 0)
    control.sendall(struct.pack('<II', len(payload), tag) + payload)

tag, boot = receive()
assert tag == 32, tag
assert os.fstat(5).st_size > 0
starts = 0
try:
    starts = int(open(state).read())
except OSError:
    pass
open(state, 'w').write(str(starts + 1))
if boot['preload']:
    send(49, {'stream': 'stdout', 'request': None, 'text': 'preloads %s' % boot['preload'][0]['script']})
if behaviour == 'only-first':
    try:
        os.mkdir(state + '.first')
    except OSError:
        sys.exit(7)
which = lambda script: {'script': script, 'application_group': ''}
failed = lambda script: send(58, dict(which(script), kind='NameError', reason='no x', files='1 %s\\n' % script, lasting=False))
if behaviour == 'breaks' and 'trial' in boot:
    send(57, dict(which('/app.wsgi'), stamp='1'))
    failed('/app.wsgi')
    sys.exit(0)
if behaviour == 'breaks-beside' and 'trial' in boot:
    known = [one['script'] for one in boot['failed']]
    send(55, which('/changed.wsgi'))
    if '/broken.wsgi' not in known:
        failed('/broken.wsgi')
        sys.exit(0)
if behaviour == 'dies' or behaviour == 'changes-and-dies' and 0 < starts < 5:
    sys.stderr.write('first line\\nlast words\\n')
    sys.stderr.flush()
    sys.exit(7)
if behaviour == 'never-ready' or behaviour == 'changes-and-hangs' and starts > 0:
    time.sleep(60)
if behaviour == 'boot-fails':
    send(52, {'text': 'the working folder is missing'})
    sys.exit(1)
if behaviour == 'forks':
    import subprocess
    child = subprocess.Popen(['sleep', '600'])
    print('child %d' % child.pid)
    sys.stdout.flush()
if behaviour == 'ignores-stop':
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if behaviour.startswith('changes') and 'trial' in boot:
    send(55, boot['trial'])
sock = socket.socket(fileno=4)
sock.listen(5)
send(48, {'pid': os.getpid(), 'version': '3', 'prefix': sys.prefix, 'executable': sys.executable})
send(49, {'stream': 'stdout', 'request': None, 'text': 'group %s/%s' % (boot['process_group'], boot['application_group'])})
if behaviour == 'crashes':
    os.pwrite(5, struct.pack('<I', 1024), 0)
    sys.exit(7)
if behaviour == 'closes-control' and starts == 0:
    control.close()
    time.sleep(600)
if behaviour == 'grows-journal' and starts == 0:
    os.ftruncate(5, 1 << 30)
if behaviour == 'reserves-for-journal' and starts == 0:
    import ctypes
    keep_size = 1
    length = ctypes.c_long(64 << 20)
    if ctypes.CDLL(None).fallocate(5, keep_size, ctypes.c_long(0), length) != 0:
        os.ftruncate(5, 1)
if behaviour == 'freezes-another':
    try:
        os.mkdir(state + '.first')
        os.kill(os.getpid(), signal.SIGSTOP)
    except OSError:
        # 64 MB for the other one.
        for number in range(1000):
            send(58, dict(which('/%d.wsgi' % number), kind='E', reason='r' * 32000, files='1 /f\\n' + 'f' * 32000, lasting=False))
if behaviour == 'leaves-once' and starts == 0:
    send(51, {'reason': 'maximum-requests', 'script': None})
if behaviour.startswith('changes') and starts == 0:
    send(55, which('/app.wsgi'))
    send(56, dict(which('/app.wsgi'), invented=False, why='changed', stamp='1'))
if behaviour == 'breaks' and starts == 0:
    send(55, which('/app.wsgi'))
    send(56, dict(which('/app.wsgi'), invented=False, why='changed', stamp='1'))
if behaviour == 'breaks-beside' and starts == 0:
    send(55, which('/broken.wsgi'))
    send(55, which('/changed.wsgi'))
    send(56, dict(which('/changed.wsgi'), invented=False, why='changed', stamp='1'))
while True:
    tag, values = receive()
    if tag == 35:
        send(49, {'stream': 'stdout', 'request': None, 'text': 'told that %(script)s: %(reason)s' % values})
        if behaviour == 'changes-and-dies':
            send(56, dict(which('/app.wsgi'), invented=False, why='changed', stamp='%d' % time.time()))
    if tag == 33 and behaviour not in ('ignores-stop', 'changes-and-hangs'):
        sys.exit(0)
`;

export type Behaviour =
  | 'good'
  | 'no-interpreter'
  | 'dies'
  /** In its first request. */
  | 'crashes'
  /** All processes but the first die before they are ready. */
  | 'only-first'
  | 'never-ready'
  /** The first process does. */
  | 'closes-control'
  | 'grows-journal'
  | 'reserves-for-journal'
  | 'boot-fails'
  /** The first process stops, and the second has it told a lot. */
  | 'freezes-another'
  | 'forks'
  | 'ignores-stop'
  | 'leaves-once'
  | 'changes'
  | 'changes-and-dies'
  | 'changes-and-hangs'
  | 'breaks'
  | 'breaks-beside';

export interface Bench {
  readonly folder: string;
  readonly events: Event[];
  readonly endpoints: Map<number, Endpoint>;
  readonly broken: string[];
  readonly supervisor: Supervisor;
  /** Resolves with the n-th event (1 is the first) of a type. */
  event<T extends Event['type']>(type: T, n?: number): Promise<Extract<Event, { type: T }>>;
  /** Stops everything and removes the folders. */
  end(): Promise<void>;
}

/** A supervisor with one process group of fake daemons, called `blog`. */
export function supervise(
  behaviour: Behaviour,
  changes: Partial<ProcessGroupPlan> = {},
  compiled?: string,
): Bench {
  const folder = mkdtempSync(path.join(tmpdir(), 'venvhost-supervisor-'));
  const program = path.join(folder, 'fake.py');
  writeFileSync(program, script);
  const events: Event[] = [];
  const endpoints = new Map<number, Endpoint>();
  const broken: string[] = [];
  const waiting = new Set<() => void>();
  const sockets = makeSocketFolder(path.join(folder, 's'), undefined);
  const supervisor = startSupervisor({
    processGroups: [groupPlan(changes)],
    startAtOnce: [{ processGroup: 'blog', applicationGroup: '' }],
    folder: sockets,
    emit: (event) => {
      events.push(event);
      for (const look of waiting) look();
    },
    gatewayUid: 0,
    scripts: () => ({ scripts: [], script_beginnings: [] }),
    mostApplicationGroups: 64,
    compiled: () => compiled,
    command: () => [
      behaviour === 'no-interpreter' ? path.join(folder, 'no-python') : python(),
      program,
      behaviour,
      path.join(folder, 'starts'),
    ],
    endpointUp: (endpoint) => endpoints.set(endpoint.id, endpoint),
    endpointDown: (id) => endpoints.delete(id),
    endpointLeaving: (id) => endpoints.delete(id),
    groupBroken: (_processGroup, _applicationGroup, reason) => broken.push(reason),
  });
  return {
    folder,
    events,
    endpoints,
    broken,
    supervisor,
    event: (type, n = 1) =>
      new Promise((resolve) => {
        const look = () => {
          const found = events.filter((event) => event.type === type)[n - 1];
          if (!found) return;
          waiting.delete(look);
          resolve(found as never);
        };
        waiting.add(look);
        look();
      }),
    async end() {
      supervisor.killNow();
      await supervisor.stop(0);
      sockets.remove();
      rmSync(folder, { recursive: true });
    },
  };
}

export function groupPlan(changes: Partial<ProcessGroupPlan> = {}): ProcessGroupPlan {
  return {
    name: 'blog',
    processes: 1,
    threads: 3,
    isolation: 'processes',
    multiprocess: false,
    python: { executable: python(), version: '3.11.2' },
    pythonPath: [],
    directoryStated: false,
    environment: { LANG: 'C.UTF-8' },
    timeouts: { startup: 30, request: 0, queue: 45, graceful: 1, shutdown: 1, connect: 15 },
    maximumRequests: 0,
    queueLimit: 100,
    preload: [],
    ...changes,
  };
}

let found: string | undefined;

/** The interpreter itself, not a shim that needs the environment of the shell. */
function python(): string {
  found ??= spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
  }).stdout.trim();
  return found;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
